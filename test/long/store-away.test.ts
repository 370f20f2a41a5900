import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { startStandIn, type StandIn } from '../support/eventstoredb-stand-in/start.ts';
import { killLeftovers, runCommand } from '../support/service-process.ts';
import { outcomeOf } from '../support/wire-person.ts';
import { createWireWorld, type Replica, type WireWorld } from '../support/wire-world.ts';

const awaySeconds = process.env['LONG'] === 'short' ? 60 : 300;
/** What a callback may take that cannot append: a limit of its own, and the entry of the security log. */
const answerLimitMillis = 20_000;
/** Refreshed when three to five sixths of it are over: while the store is away. */
const tokenSeconds = 60;
const patient = { timeout: 90_000, interval: 250 };
const waiting = z.object({ count: z.number() });

let store: StandIn;
let world: WireWorld;
let service: Replica;

beforeAll(async () => {
  store = await startStandIn();
  world = await createWireWorld({ EVENT_STORE_URL: store.url, TOKEN_REFRESH: 'eager' });
  service = await world.start();
  await world.tiktok.changeApp(world.simulator.app.clientKey, { webhook_url: `${service.url}/webhooks/tiktok` });
});
afterAll(async () => {
  await killLeftovers();
  await world.close();
  await store.stop();
});

const connect = async (user: string): Promise<string> => {
  await world.tiktok.addAccount(user);
  const person = service.person(user);
  expect(outcomeOf(await person.connect({ account: user }))).toBe('success');
  return (await person.connections())[0]?.id ?? '';
};
const refreshes = (account: string): Promise<number> => world.tiktok.countCalls({ endpoint: 'token.refresh', account });
const isReady = async (): Promise<boolean> => (await service.wire.call({ url: '/readyz' })).status === 200;

it(`an event store that is away for ${awaySeconds} s: every request is answered in time, and afterwards everything goes on by itself`, { timeout: (awaySeconds + 300) * 1_000 }, async () => {
  const kept = await connect('kept');
  await connect('leaving');
  // Due to be refreshed while the store is away.
  await world.tiktok.changeApp(world.simulator.app.clientKey, { lifetimes: { access_token_seconds: tokenSeconds, refresh_token_seconds: 86_400 } });
  await connect('due');
  await world.tiktok.changeApp(world.simulator.app.clientKey, { lifetimes: { access_token_seconds: 86_400, refresh_token_seconds: 86_400 } });
  const refreshed = await refreshes('due');
  await world.tiktok.addAccount('new');

  await store.kill();
  const end = performance.now() + awaySeconds * 1_000;
  await world.tiktok.removeApp('leaving');
  const outcomes = new Set<string>();
  while (performance.now() < end) {
    const person = service.person('new');
    const answer = await person.comeBack(await world.tiktok.decide(await person.begin('?add_account=1'), { account: 'new' }));
    outcomes.add(outcomeOf(answer));
    expect(answer.millis).toBeLessThan(answerLimitMillis);
    expect(await service.person('kept').connections()).toMatchObject([{ id: kept, status: 'active' }]);
    expect((await service.wire.call({ url: '/livez' })).status).toBe(200);
    await pause(500);
  }
  expect([...outcomes]).toEqual(['database_error']);
  expect(await isReady()).toBe(false);
  expect(await refreshes('due')).toBe(refreshed);
  const taken = `select count(*)::int as count from tiktok_connections.webhook_intake where event = 'authorization.removed' and due_at is not null`;
  expect(await world.rows(waiting, taken)).toEqual([{ count: 1 }]);

  await store.restart();
  await expect.poll(isReady, patient).toBe(true);
  expect(outcomeOf(await service.person('new').connect({ account: 'new' }))).toBe('success');
  await expect.poll(() => service.person('leaving').connections(), patient).toEqual([]);
  await expect.poll(() => refreshes('due'), patient).toBe(refreshed + 1);
  const verified = await runCommand(world.environment, ['verify', '--json']);
  expect(verified.code, verified.output).toBe(0);
});
