import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createExpirySweep } from '../../../src/adapters/postgres/postgres-expiry-sweep.ts';
import { createPublishQuotas } from '../../../src/adapters/postgres/postgres-publish-quotas.ts';
import type { Quota, QuotaAnswer } from '../../../src/application/ports/publish-quotas.ts';
import { millisOf } from '../../../src/domain/values/instant.ts';
import { watchStatements } from '../../support/sent-statements.ts';
import { absentPool, createMigratedDatabase, type MigratedDatabase } from '../../support/projection-database.ts';

let database: MigratedDatabase;
beforeAll(async () => {
  database = await createMigratedDatabase();
});
beforeEach(async () => {
  await database.pool.query('truncate tiktok_connections.publish_quota_uses');
});
afterAll(() => database.drop());

const perMinute: Quota = { name: 'start:ada', limit: 3, windowMillis: 60_000 };
const perDay: Quota = { name: 'posts:ada', limit: 2, windowMillis: 86_400_000 };

const take = async (use: string, ...quotas: readonly Quota[]): Promise<QuotaAnswer> =>
  (await createPublishQuotas(database.pool).take(quotas.map((quota) => ({ use, quota }))))._unsafeUnwrap();
const age = (name: string, by: string) =>
  database.pool.query('update tiktok_connections.publish_quota_uses set used_at = used_at - $2::interval, expires_at = expires_at - $2::interval where name = $1', [name, by]);

test('a quota is granted as often as it says, and then says when it is free again', async () => {
  for (const use of ['one', 'two', 'three']) {
    expect(await take(use, perMinute)).toEqual({ kind: 'Granted' });
    await age(perMinute.name, '10 seconds');
  }
  const exhausted = await take('four', perMinute);
  if (exhausted.kind !== 'Exhausted') throw new Error('a fourth was granted');
  expect(exhausted.quota).toEqual(perMinute);
  const away = millisOf(exhausted.freeAt) - Date.now();
  expect(away).toBeGreaterThan(25_000);
  expect(away).toBeLessThanOrEqual(30_001);
});

test('the window slides: as soon as the oldest use has left it there is room for one', async () => {
  for (const use of ['one', 'two', 'three']) await take(use, perMinute);
  await age(perMinute.name, '30 seconds');
  await database.pool.query(`update tiktok_connections.publish_quota_uses set used_at = used_at - interval '31 seconds' where used_for = 'two'`);
  expect(await take('four', perMinute)).toEqual({ kind: 'Granted' });
  expect((await take('five', perMinute)).kind).toBe('Exhausted');
});

test('of several quotas all are used or none', async () => {
  await take('one', perDay);
  await take('two', perDay);
  expect(await take('three', perMinute, perDay)).toMatchObject({ kind: 'Exhausted', quota: perDay });
  const [minute] = (await createPublishQuotas(database.pool).look([perMinute]))._unsafeUnwrap();
  expect(minute).toEqual({ quota: perMinute, used: 0, freeAt: null });
});

test('where several are exhausted it names the one that is free last', async () => {
  for (const use of ['one', 'two', 'three']) await take(use, perMinute);
  for (const use of ['one', 'two']) await take(use, perDay);
  expect(await take('four', perDay, perMinute)).toMatchObject({ quota: perDay });
  expect(await take('four', perMinute, perDay)).toMatchObject({ quota: perDay });
});

test('repeating a use takes nothing more, also of a quota that is exhausted by now', async () => {
  for (let times = 0; times < 5; times += 1) expect(await take('one', perDay)).toEqual({ kind: 'Granted' });
  expect(await take('two', perDay)).toEqual({ kind: 'Granted' });
  expect(await take('one', perDay)).toEqual({ kind: 'Granted' });
  expect((await createPublishQuotas(database.pool).look([perDay]))._unsafeUnwrap()[0]).toMatchObject({ used: 2 });
});

test('those who ask in one turn share a statement, each counted behind the one before, and each granted all or nothing', async () => {
  using sent = watchStatements();
  const ledger = createPublishQuotas(database.pool);
  const ask = async (use: string, ...quotas: readonly Quota[]): Promise<QuotaAnswer> => (await ledger.take(quotas.map((quota) => ({ use, quota }))))._unsafeUnwrap();
  const answers = await Promise.all([ask('one', perDay), ask('two', perDay, perMinute), ask('three', perMinute, perDay), ask('four', perMinute), ask('one', perDay)]);
  expect(sent.of(['publish_quotas.take'])).toHaveLength(1);
  expect(answers).toMatchObject([{ kind: 'Granted' }, { kind: 'Granted' }, { kind: 'Exhausted', quota: perDay }, { kind: 'Granted' }, { kind: 'Granted' }]);
  const uses = (await ledger.look([perMinute, perDay]))._unsafeUnwrap().map(({ used }) => used);
  expect(uses).toEqual([2, 2]);
});

test('a use of each of its own is granted together or not at all', async () => {
  await take('one', perDay);
  await take('two', perDay);
  const ledger = createPublishQuotas(database.pool);
  const refused = (await ledger.take([{ use: 'post', quota: perDay }, { use: 'attempt', quota: perMinute }]))._unsafeUnwrap();
  expect(refused).toMatchObject({ kind: 'Exhausted', quota: perDay });
  const again = (await ledger.take([{ use: 'two', quota: perDay }, { use: 'attempt', quota: perMinute }]))._unsafeUnwrap();
  expect(again).toEqual({ kind: 'Granted' });
  expect((await ledger.look([perMinute]))._unsafeUnwrap()[0]).toMatchObject({ used: 1 });
});

test('replicas together never exceed it', async () => {
  const replicas = [database.pool, database.anotherPool(), database.anotherPool()].map(createPublishQuotas);
  const quota: Quota = { name: 'posts:bob', limit: 15, windowMillis: 60_000 };
  const answers = await Promise.all(
    replicas.flatMap((ledger, replica) =>
      Array.from({ length: 30 }, async (_, number) => (await ledger.take((number % 2 === 0 ? [quota, perMinute] : [quota]).map((each) => ({ use: `use ${replica}/${number}`, quota: each }))))._unsafeUnwrap()),
    ),
  );
  const granted = answers.filter(({ kind }) => kind === 'Granted');
  expect(granted).toHaveLength(15);
  const { rows } = await database.pool.query(`select name, count(*)::integer from tiktok_connections.publish_quota_uses group by name order by name`);
  expect(rows).toEqual([{ name: quota.name, count: 15 }, { name: perMinute.name, count: perMinute.limit }]);
});

test('looking uses nothing, and says how much was used and when there is room', async () => {
  await take('one', perMinute, perDay);
  await take('two', perMinute, perDay);
  const ledger = createPublishQuotas(database.pool);
  const looked = (await ledger.look([perDay, perMinute]))._unsafeUnwrap();
  expect(looked).toMatchObject([{ quota: perDay, used: 2 }, { quota: perMinute, used: 2, freeAt: null }]);
  expect(looked[0]?.freeAt).not.toBeNull();
  expect((await ledger.look([perDay, perMinute]))._unsafeUnwrap()).toEqual(looked);
});

test('uses whose window has passed are swept', async () => {
  await take('old', perMinute);
  await age(perMinute.name, '2 minutes');
  await take('new', perMinute);
  const sweep = createExpirySweep(database.pool);
  sweep.start();
  const left = async (): Promise<unknown> => (await database.pool.query('select used_for from tiktok_connections.publish_quota_uses')).rows;
  await vi.waitFor(async () => expect(await left()).toEqual([{ used_for: 'new' }]));
  await sweep.stop();
});

test('a database that is away grants nothing', async () => {
  expect((await createPublishQuotas(absentPool()).take([{ use: 'one', quota: perDay }]))._unsafeUnwrapErr().kind).toBe('Unavailable');
});
