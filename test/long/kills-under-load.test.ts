import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { chances } from '../support/chances.ts';
import { freePort, killLeftovers, runCommand } from '../support/service-process.ts';
import { until } from '../support/until.ts';
import { outcomeOf } from '../support/wire-person.ts';
import { createWireWorld, type Replica, type WireWorld } from '../support/wire-world.ts';

const kills = process.env['LONG'] === 'short' ? 15 : 150;
const seed = Number(process.env['SEED'] ?? 1);
const users = Array.from({ length: 6 }, (_, number) => `user-${number}`);

let world: WireWorld;
let ports: readonly string[];
const replicas: Replica[] = [];

beforeAll(async () => {
  world = await createWireWorld();
  for (const user of users) await world.tiktok.addAccount(user);
  ports = [String(await freePort()), String(await freePort())];
  for (const PORT of ports) replicas.push(await world.start({ PORT }));
});
afterAll(async () => {
  await killLeftovers();
  await world.close();
});

/** What the person was told last. Nothing is certain of a request whose answer was lost. */
type Told = 'connected' | 'disconnected' | 'nothing';

/** Null when the replica was killed under the call. */
const unlessKilled = async <Answer>(call: Promise<Answer>): Promise<Answer | null> => {
  try {
    return await call;
  } catch (error) {
    if (error instanceof TypeError && error.message === 'fetch failed') return null;
    throw error;
  }
};

it(`two replicas, killed ${kills} times while people connect and disconnect, forget nothing that they answered`, async () => {
  const chance = chances(seed);
  let over = false;
  let answered = 0;
  let interrupted = 0;
  const anyReplica = (): Replica => {
    const chosen = replicas[chance(replicas.length)];
    if (chosen === undefined) throw new Error('no replica');
    return chosen;
  };

  const isConnected = async (user: string): Promise<boolean | null> => {
    const shown = await unlessKilled(anyReplica().person(user).connections());
    return shown === null ? null : shown.length > 0;
  };

  const connect = async (user: string): Promise<Told> => {
    const here = anyReplica().person(user);
    const address = await unlessKilled(here.begin('?add_account=1'));
    if (address === null) return 'nothing';
    const callback = await world.tiktok.decide(address, { account: user });
    const there = anyReplica().person(user);
    for (const [name, value] of here.cookies) there.cookies.set(name, value);
    const answer = await unlessKilled(there.comeBack(callback));
    if (answer === null) return 'nothing';
    expect(['success', 'database_error']).toContain(outcomeOf(answer));
    return outcomeOf(answer) === 'success' ? 'connected' : 'nothing';
  };

  const disconnect = async (user: string): Promise<Told> => {
    const replica = anyReplica();
    const answer = await unlessKilled(replica.person(user).unbind());
    if (answer === null) return 'nothing';
    expect([200, 503]).toContain(answer.status);
    return answer.status === 200 ? 'disconnected' : 'nothing';
  };

  const live = async (user: string): Promise<void> => {
    while (!over) {
      const told = await (chance(3) === 0 ? disconnect(user) : connect(user));
      if (told === 'nothing') interrupted += 1;
      else await until(() => isConnected(user), (connected) => connected === (told === 'connected'), 30_000);
      answered += 1;
    }
  };

  const kill = async (): Promise<void> => {
    for (let round = 0; round < kills; round += 1) {
      const next = answered + 1 + chance(10);
      await until(() => Promise.resolve(answered), (now) => now >= next, 60_000);
      const place = chance(replicas.length);
      await replicas[place]?.kill();
      replicas[place] = await world.start({ PORT: ports[place] ?? '' });
    }
    over = true;
  };

  await Promise.all([kill(), ...users.map(live)]);
  expect(interrupted).toBeGreaterThan(0);

  const verified = await runCommand(world.environment, ['verify', '--json']);
  expect(verified.code, verified.output).toBe(0);
  const leftKeys = `
    select count(*)::int as left from tiktok_connections.data_keys k where purpose = 'tokens' and exists (
      select from tiktok_connections.events e where e.stream = 'tiktok_connection-' || k.connection_id and e.type = 'Disconnected'
        and (e.data::json ->> 'life')::int = k.life)`;
  await until(() => world.history(z.object({ left: z.number() }), leftKeys), ([keys]) => keys?.left === 0, 60_000);
  expect(await Promise.all(replicas.map(({ stop }) => stop()))).toEqual([0, 0]);
});
