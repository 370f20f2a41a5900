import { afterAll, beforeAll, expect, test } from 'vitest';
import { countOnTheWire, type WireCounter } from '../../bench/harness/wire-counter.ts';
import { createPool } from '../../src/adapters/postgres/pool.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-postgres.ts';

let database: TestDatabase;
let wire: WireCounter;
let pool: ReturnType<typeof createPool>;

beforeAll(async () => {
  database = await createTestDatabase();
  wire = await countOnTheWire(database.url);
  pool = createPool({ url: wire.url, max: 2 });
});

afterAll(async () => {
  await pool.end();
  await wire[Symbol.asyncDispose]();
  await database.drop();
});

test('connecting does not count', async () => {
  (await pool.connect()).release();
  expect(wire.counts()).toMatchObject({ statements: 0, roundTrips: 0, byCommand: {} });
});

test('a prepared statement is one statement and one round trip each time, under its name', async () => {
  wire.reset();
  const statement = { name: 'numbered', text: 'select $1::integer as n' };
  for (const n of [1, 2, 3]) await pool.query({ ...statement, values: [n] });
  expect(wire.counts()).toMatchObject({ statements: 3, roundTrips: 3, byCommand: { SELECT: 3 }, byName: { numbered: 3 } });
});

test('a transaction by hand shows its three round trips', async () => {
  wire.reset();
  const client = await pool.connect();
  await client.query('begin');
  await client.query('create table kept (n integer)');
  await client.query('commit');
  client.release();
  expect(wire.counts()).toMatchObject({ statements: 3, roundTrips: 3, byCommand: { BEGIN: 1, CREATE: 1, COMMIT: 1 } });
});

test('several statements in one query are one round trip', async () => {
  wire.reset();
  await pool.query('select 1; select 2');
  expect(wire.counts()).toMatchObject({ statements: 2, roundTrips: 1 });
});

test('answers longer than any chunk are counted once, with their bytes', async () => {
  wire.reset();
  await pool.query("select repeat('x', 3000000)");
  const { statements, bytesFromServer } = wire.counts();
  expect(statements).toBe(1);
  expect(bytesFromServer).toBeGreaterThan(3_000_000);
});
