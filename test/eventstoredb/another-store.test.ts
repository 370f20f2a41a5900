import { expect, test } from 'vitest';
import { openEventStoreDb } from '../support/chosen-event-store.ts';
import { runCommand } from '../support/service-process.ts';
import { createWireWorld } from '../support/wire-world.ts';

test('an installation that began in PostgreSQL moves to EventStoreDB with all its history, verified by its heads', async () => {
  const world = await createWireWorld({ EVENT_STORE_URL: '' });
  const store = await openEventStoreDb();
  const run = (environment: Readonly<Record<string, string>>, ...args: string[]) => runCommand({ ...world.environment, ...environment }, args);
  const moved = store.environment;
  const before = await world.start();
  for (const user of ['first-to-move', 'second-to-move']) {
    await world.tiktok.addAccount(user);
    await before.person(user).connect({ account: user });
  }
  await before.person('second-to-move').unbind();
  expect(await before.stop()).toBe(0);
  const heads = await run({}, 'export', '--heads');

  const copied = await run(moved, 'copy-events', '--from', 'postgres', '--to', 'eventstoredb', '--json');
  expect([copied.code, copied.output, copied.errors]).toEqual([0, expect.stringMatching(/"copied":\d+/), expect.any(String)]);
  const again = await run(moved, 'copy-events', '--from', 'postgres', '--to', 'eventstoredb', '--json');
  expect([again.code, again.output]).toEqual([0, expect.stringContaining('"copied":0')]);
  expect((await run(moved, 'export', '--heads')).output).toBe(heads.output);
  expect((await run(moved, 'rebuild')).code).toBe(0);
  expect((await run(moved, 'verify', '--json')).code).toBe(0);

  const after = await world.start(moved);
  const [connection] = await after.person('first-to-move').connections();
  expect(connection).toMatchObject({ status: 'active', revision: 1 });
  expect((await after.person('first-to-move').unbind(connection?.id)).status).toBe(200);
  await world.close();
  await store.stop();
}, 180_000);
