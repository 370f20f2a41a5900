import { z } from 'zod';
import { chances } from './chances.ts';
import { freePort, killLeftovers, runCommand } from './service-process.ts';
import { signedHeader, webhookBody } from './signed-webhook.ts';
import { until } from './until.ts';
import { outcomeOf } from './wire-person.ts';
import { createWireWorld, type Replica, type WireWorld } from './wire-world.ts';

export type StormPlan = Readonly<{ webhooks: number; accounts: number; kills: number; seed: number }>;

export type StormOutcome = Readonly<{
  /** Rows of the intake, and how many different webhooks were sent. */
  stored: number;
  different: number;
  /** Webhooks about grants that stand, how often one was recorded, and how many different ones were. */
  aboutStanding: number;
  ignored: number;
  ignoredDifferent: number;
  /** How often each removed account was disconnected, and how many standing ones were. */
  endsOfRemoved: readonly number[];
  endsOfStanding: number;
  /** Deliveries that a kill cut off. */
  cut: number;
  /** What `verify` says. */
  verified: number | null;
}>;

const shuffle = <Item>(items: Item[], chance: (choices: number) => number): void => {
  for (let last = items.length - 1; last > 0; last -= 1) {
    const other = chance(last + 1);
    const [a, b] = [items[last], items[other]];
    if (a !== undefined && b !== undefined) [items[last], items[other]] = [b, a];
  }
};

const callers = 12;
const duplicates = 0.3;
const counted = z.object({ count: z.number() });
const ignoredRow = z.object({ ignored: z.number(), different: z.number() });
const endsRow = z.object({ stream: z.string(), ends: z.number() });

const connectAll = async (world: WireWorld, replica: Replica, accounts: readonly string[]): Promise<void> => {
  for (const account of accounts) {
    await world.tiktok.addAccount(account);
    const outcome = outcomeOf(await replica.person(account).connect({ account }));
    if (outcome !== 'success') throw new Error(`${account} did not connect: ${outcome}`);
  }
};

/** Every third account was removed at TikTok; a webhook about one that stands is false, late or about an older life. */
const bodiesOf = async (world: WireWorld, accounts: readonly string[], different: number): Promise<readonly string[]> => {
  const openIds = new Map<string, string>();
  for (const account of accounts) openIds.set(account, await world.tiktok.openId(account));
  const now = Math.floor(Date.now() / 1_000);
  return Array.from({ length: different }, (_, number) => {
    const place = number % accounts.length;
    const late = place % 3 !== 0 && number % 5 === 0;
    return webhookBody({ user_openid: openIds.get(accounts[place] ?? ''), create_time: late ? now - 3_600 - number : now + number });
  });
};

/** Webhooks, almost a third of them repeated, in any order, to two replicas that are killed again and again. */
export const runWebhookStorm = async ({ webhooks, accounts: howMany, kills, seed }: StormPlan): Promise<StormOutcome> => {
  const chance = chances(seed);
  const world = await createWireWorld({ TOKEN_REFRESH: 'lazy' });
  const ports = [String(await freePort()), String(await freePort())];
  const replicas: Replica[] = [];
  for (const PORT of ports) replicas.push(await world.start({ PORT }));
  const [first] = replicas;
  if (first === undefined) throw new Error('no replica');
  const accounts = Array.from({ length: howMany }, (_, number) => `account-${number}`);
  const removed = accounts.filter((_, place) => place % 3 === 0);
  try {
    await connectAll(world, first, accounts);
    for (const account of removed) await world.tiktok.removeApp(account);
    const different = await bodiesOf(world, accounts, Math.round(webhooks * (1 - duplicates)));
    const again = Array.from({ length: webhooks - different.length }, () => different[chance(different.length)] ?? '');
    const deliveries = [...different, ...again];
    shuffle(deliveries, chance);

    let cut = 0;
    let answered = 0;
    const deliver = async (body: string): Promise<void> => {
      for (;;) {
        const headers = { 'content-type': 'application/json', 'tiktok-signature': signedHeader(world.simulator.app.clientSecret, Math.floor(Date.now() / 1_000), body) };
        const port = ports[chance(ports.length)] ?? '';
        const status = await fetch(`http://127.0.0.1:${port}/webhooks/tiktok`, { method: 'POST', headers, body }).then(
          (answer) => answer.status,
          () => null,
        );
        if (status === 200) break;
        cut += 1;
        if (status !== null && status !== 503) throw new Error(`a webhook was answered ${status}`);
      }
      answered += 1;
    };
    const caller = async (): Promise<void> => {
      for (let body = deliveries.pop(); body !== undefined; body = deliveries.pop()) await deliver(body);
    };
    const kill = async (): Promise<void> => {
      for (let round = 1; round <= kills; round += 1) {
        const after = Math.floor((webhooks * round) / (kills + 1));
        await until(() => Promise.resolve(answered), (now) => now >= after, 600_000);
        const place = chance(replicas.length);
        await replicas[place]?.kill();
        replicas[place] = await world.start({ PORT: ports[place] ?? '' });
      }
    };
    await Promise.all([kill(), ...Array.from({ length: callers }, caller)]);
    const pending = `select count(*)::integer as count from tiktok_connections.webhook_intake where due_at is not null`;
    await until(() => world.rows(counted, pending), ([left]) => left?.count === 0, 600_000);

    const [stored] = await world.rows(counted, 'select count(*)::integer as count from tiktok_connections.webhook_intake');
    const [ignored] = await world.history(
      ignoredRow,
      `select count(*)::integer as ignored, count(distinct w.id)::integer as different from tiktok_connections.events e
        left join tiktok_connections.webhook_intake w on w.id::text = e.data::json ->> 'webhookId' where e.type = 'RevocationIgnored'`,
    );
    const ends = await world.history(endsRow, `select stream, count(*)::integer as ends from tiktok_connections.events where type = 'Disconnected' group by stream`);
    const verified = await runCommand(world.environment, ['verify', '--json']);
    return {
      stored: stored?.count ?? -1,
      different: different.length,
      aboutStanding: different.filter((_, number) => (number % accounts.length) % 3 !== 0).length,
      ignored: ignored?.ignored ?? -1,
      ignoredDifferent: ignored?.different ?? -1,
      endsOfRemoved: ends.map((each) => each.ends),
      endsOfStanding: ends.length - removed.length,
      cut,
      verified: verified.code,
    };
  } finally {
    await killLeftovers();
    await world.close();
  }
};
