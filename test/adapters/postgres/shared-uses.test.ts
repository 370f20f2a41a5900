import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSharedUses } from '../../../src/adapters/postgres/postgres-shared-uses.ts';
import { createPool } from '../../../src/adapters/postgres/pool.ts';
import { createMigratedDatabase, type MigratedDatabase } from '../../support/projection-database.ts';

let database: MigratedDatabase;
beforeAll(async () => {
  database = await createMigratedDatabase();
});
afterAll(() => database.drop());

const uses = (caller: string, requests: number, leftMillis = 60_000) => ({ caller, requests, leftMillis });

test('what replicas tell adds up in the window of the first of them', async () => {
  const shared = createSharedUses(database.pool);
  const first = (await shared.add([uses('service:one', 30), uses('user:ada', 30)]))._unsafeUnwrap();
  expect(first.map(({ caller, requests }) => [caller, requests])).toEqual([['service:one', 30], ['user:ada', 30]]);
  const [second] = (await shared.add([uses('user:ada', 12, 90_000)]))._unsafeUnwrap();
  expect(second).toMatchObject({ caller: 'user:ada', requests: 42 });
  expect(second?.leftMillis).toBeLessThanOrEqual(60_000);
  expect(second?.leftMillis).toBeGreaterThan(0);
});

test('a window that has ended begins anew', async () => {
  const shared = createSharedUses(database.pool);
  expect((await shared.add([uses('user:bob', 600)])).isOk()).toBe(true);
  await database.pool.query(`update tiktok_connections.rate_limit_uses set expires_at = clock_timestamp() where caller = 'user:bob'`);
  const [again] = (await shared.add([uses('user:bob', 3, 40_000)]))._unsafeUnwrap();
  expect(again).toMatchObject({ requests: 3 });
  expect(again?.leftMillis).toBeGreaterThan(30_000);
});

test('replicas that tell of the same callers at once neither lose a count nor lock each other out', async () => {
  const other = createPool({ url: database.url, max: 4 });
  const callers = Array.from({ length: 50 }, (_, index) => `user:${index}`);
  const tell = (sharer: ReturnType<typeof createSharedUses>, order: readonly string[]) => sharer.add(order.map((caller) => uses(caller, 1)));
  const [one, two] = [createSharedUses(database.pool), createSharedUses(other)];
  const answers = await Promise.all(Array.from({ length: 20 }, (_, turn) => (turn % 2 === 0 ? tell(one, callers) : tell(two, callers.toReversed()))));
  expect(answers.filter((answer) => answer.isErr())).toEqual([]);
  const { rows } = await database.pool.query<{ requests: string }>(`select distinct requests::text from tiktok_connections.rate_limit_uses where caller = any ($1)`, [callers]);
  expect(rows).toEqual([{ requests: '20' }]);
  await other.end();
});

test('a database that is away is an answer', async () => {
  const away = createPool({ url: 'postgres://nobody@127.0.0.1:1/none' });
  expect((await createSharedUses(away).add([uses('user:ada', 1)])).isErr()).toBe(true);
  await away.end();
});
