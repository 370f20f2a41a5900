import type pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createPool } from '../../../src/adapters/postgres/pool.ts';
import { createTestDatabase, type TestDatabase } from '../../support/test-postgres.ts';

let database: TestDatabase;
let pool: pg.Pool;
let warnings: string[];

beforeEach(async () => {
  database = await createTestDatabase();
  warnings = [];
  pool = createPool({ url: database.url, max: 2, applicationName: 'pool test', log: { warn: ({ code }) => warnings.push(code ?? '') } });
});

afterEach(async () => {
  await pool.end();
  await database.drop();
});

test('a large bigint comes back without losing a digit', async () => {
  expect((await pool.query(`select 9223372036854775807::bigint as large`)).rows).toEqual([{ large: '9223372036854775807' }]);
});

test('every session has its limits and its name', async () => {
  const { rows } = await pool.query(`select current_setting('statement_timeout') as statement,
    current_setting('idle_in_transaction_session_timeout') as idle, current_setting('application_name') as name`);
  expect(rows).toEqual([{ statement: '5s', idle: '10s', name: 'pool test' }]);
});

test('sessions ended by the server are noted by code and replaced, idle or in use', async () => {
  const used = await pool.connect();
  await pool.query('select 1');
  const other = createPool({ url: database.url });
  await other.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'pool test' and datname = current_database()`);
  await other.end();
  await expect.poll(() => warnings, { timeout: 10_000, interval: 5 }).toEqual(['57P01']);
  await expect(used.query('select 1')).rejects.toThrow();
  used.release(true);
  expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
});
