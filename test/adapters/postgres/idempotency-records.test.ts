import { afterAll, beforeAll, expect, test } from 'vitest';
import { createIdempotencyRecords } from '../../../src/adapters/postgres/postgres-idempotency-records.ts';
import { absentPool, createMigratedDatabase, type MigratedDatabase } from '../../support/projection-database.ts';

let database: MigratedDatabase;
beforeAll(async () => {
  database = await createMigratedDatabase();
});
afterAll(() => database.drop());

const keyOf = (key: string) => ({ scope: 'DELETE /v1/connections service', key });
const leaseOver = (key: string) =>
  database.pool.query(`update tiktok_connections.idempotency_records set leased_until = now() where key = $1`, [key]);
const dayOver = (key: string) =>
  database.pool.query(`update tiktok_connections.idempotency_records set expires_at = now(), leased_until = now() where key = $1`, [key]);

test('of 50 parallel requests of two replicas with one key, one claims it and the others see it run', async () => {
  const one = createIdempotencyRecords(database.pool);
  const other = createIdempotencyRecords(database.anotherPool());
  const claims = await Promise.all(Array.from({ length: 50 }, (_, turn) => (turn % 2 === 0 ? one : other).claim(keyOf('race'), 'body')));
  const kinds = claims.map((claim) => claim._unsafeUnwrap().kind);
  expect(kinds.filter((kind) => kind === 'Claimed')).toHaveLength(1);
  expect(kinds.filter((kind) => kind === 'Running')).toHaveLength(49);
});

test('a completed key answers its resource, and refuses another body', async () => {
  const records = createIdempotencyRecords(database.pool);
  (await records.claim(keyOf('done'), 'body'))._unsafeUnwrap();
  (await records.complete(keyOf('done'), 'connection-1'))._unsafeUnwrap();
  expect((await records.claim(keyOf('done'), 'body'))._unsafeUnwrap()).toEqual({ kind: 'Completed', resource: 'connection-1' });
  expect((await records.claim(keyOf('done'), 'other body'))._unsafeUnwrap()).toEqual({ kind: 'Reused' });
  (await records.release(keyOf('done')))._unsafeUnwrap();
  expect((await records.claim(keyOf('done'), 'body'))._unsafeUnwrap().kind).toBe('Completed');
});

test('another scope is another key', async () => {
  const records = createIdempotencyRecords(database.pool);
  (await records.claim(keyOf('scoped'), 'body'))._unsafeUnwrap();
  expect((await records.claim({ scope: 'elsewhere', key: 'scoped' }, 'other'))._unsafeUnwrap().kind).toBe('Claimed');
});

test('a released claim may be tried again, with any body', async () => {
  const records = createIdempotencyRecords(database.pool);
  (await records.claim(keyOf('failed'), 'body'))._unsafeUnwrap();
  (await records.release(keyOf('failed')))._unsafeUnwrap();
  expect((await records.claim(keyOf('failed'), 'another'))._unsafeUnwrap().kind).toBe('Claimed');
});

test('after a crash the claim lasts as long as its lease, then falls to one request with the same body', async () => {
  const records = createIdempotencyRecords(database.pool);
  (await records.claim(keyOf('crash'), 'body'))._unsafeUnwrap();
  expect((await records.claim(keyOf('crash'), 'body'))._unsafeUnwrap().kind).toBe('Running');
  await leaseOver('crash');
  expect((await records.claim(keyOf('crash'), 'another'))._unsafeUnwrap().kind).toBe('Reused');
  const claims = await Promise.all(Array.from({ length: 10 }, () => records.claim(keyOf('crash'), 'body')));
  expect(claims.filter((claim) => claim._unsafeUnwrap().kind === 'Claimed')).toHaveLength(1);
});

test('a key is free again after its day, even before the sweep has passed', async () => {
  const records = createIdempotencyRecords(database.pool);
  (await records.claim(keyOf('day'), 'body'))._unsafeUnwrap();
  (await records.complete(keyOf('day'), 'old'))._unsafeUnwrap();
  await dayOver('day');
  expect((await records.claim(keyOf('day'), 'another'))._unsafeUnwrap().kind).toBe('Claimed');
});

test('a lease lasts a minute and a record a day', async () => {
  (await createIdempotencyRecords(database.pool).claim(keyOf('times'), 'body'))._unsafeUnwrap();
  const { rows } = await database.pool.query<{ lease: number; life: number }>(
    `select extract(epoch from leased_until - clock_timestamp())::float as lease, extract(epoch from expires_at - clock_timestamp())::float as life
     from tiktok_connections.idempotency_records where key = 'times'`,
  );
  expect(rows[0]?.lease).toBeGreaterThan(50);
  expect(rows[0]?.lease).toBeLessThanOrEqual(60);
  expect(rows[0]?.life).toBeGreaterThan(86_300);
});

test('no claim is made in a database that is away', async () => {
  expect((await createIdempotencyRecords(absentPool()).claim(keyOf('away'), 'body'))._unsafeUnwrapErr().kind).toBe('Unavailable');
});
