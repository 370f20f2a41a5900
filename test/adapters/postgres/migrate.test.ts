import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type pg from 'pg';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { migrate, pendingMigrations } from '../../../src/adapters/postgres/migrate.ts';
import { createPool } from '../../../src/adapters/postgres/pool.ts';
import { createTestDatabase, type TestDatabase } from '../../support/test-postgres.ts';

let database: TestDatabase;
let pool: pg.Pool;
let folder: string;
let files: URL;

const write = (name: string, sql: string): Promise<void> => writeFile(join(folder, name), sql);

beforeEach(async () => {
  database = await createTestDatabase();
  pool = createPool({ url: database.url, max: 4 });
  folder = await mkdtemp(join(tmpdir(), 'migrations-'));
  files = pathToFileURL(`${folder}/`);
});

afterEach(async () => {
  await pool.end();
  await database.drop();
  await rm(folder, { recursive: true });
});

describe('migrating', () => {
  test('applies what is pending in order, and nothing the second time', async () => {
    await write('0002-second.sql', 'insert into public.steps values (2)');
    await write('0001-first.sql', 'create table public.steps (step int)');
    expect((await pendingMigrations(pool, files))._unsafeUnwrap()).toEqual(['0001-first.sql', '0002-second.sql']);
    expect((await migrate(pool, files))._unsafeUnwrap()).toEqual({ applied: ['0001-first.sql', '0002-second.sql'], newer: [] });
    expect((await migrate(pool, files))._unsafeUnwrap()).toEqual({ applied: [], newer: [] });
    expect((await pendingMigrations(pool, files))._unsafeUnwrap()).toEqual([]);
    expect((await pool.query('select step from public.steps')).rows).toEqual([{ step: 2 }]);
  });

  test('refuses a file that was changed after it was applied, by name', async () => {
    await write('0001-first.sql', 'create table public.steps (step int)');
    expect((await migrate(pool, files)).isOk()).toBe(true);
    await write('0001-first.sql', 'create table public.steps (step bigint)');
    const refused = (await migrate(pool, files))._unsafeUnwrapErr();
    expect(refused).toMatchObject({ kind: 'MigrationChanged', migration: '0001-first.sql' });
    expect((await pendingMigrations(pool, files))._unsafeUnwrapErr()).toEqual(refused);
  });

  test('refuses a file with a number behind one that is applied', async () => {
    await write('0002-second.sql', 'select 1');
    expect((await migrate(pool, files)).isOk()).toBe(true);
    await write('0001-first.sql', 'select 1');
    expect((await migrate(pool, files))._unsafeUnwrapErr()).toMatchObject({ kind: 'MigrationOutOfOrder', migration: '0001-first.sql' });
  });

  test('accepts a database that newer code has migrated, and names what it does not know', async () => {
    await write('0001-first.sql', 'select 1');
    await write('0002-newer.sql', 'select 1');
    expect((await migrate(pool, files)).isOk()).toBe(true);
    await rm(join(folder, '0002-newer.sql'));
    expect((await migrate(pool, files))._unsafeUnwrap()).toEqual({ applied: [], newer: ['0002-newer.sql'] });
  });

  test('undoes a migration that fails half-way, keeps those before it, and says what the database said', async () => {
    await write('0001-first.sql', 'create table public.kept (step int)');
    await write('0002-second.sql', `create table public.undone (step int); do $$ begin raise 'in the way' using hint = 'Rename it'; end $$`);
    const refused = (await migrate(pool, files))._unsafeUnwrapErr();
    expect(refused).toMatchObject({ kind: 'MigrationFailed', migration: '0002-second.sql' });
    expect(refused.sentence).toContain('in the way. Rename it');
    const { rows } = await pool.query(`select to_regclass('public.kept') is not null as kept, to_regclass('public.undone') is not null as undone`);
    expect(rows).toEqual([{ kept: true, undone: false }]);
    expect((await pendingMigrations(pool, files))._unsafeUnwrap()).toEqual(['0002-second.sql']);
  });

  test('is done once when several replicas start at the same moment', async () => {
    await write('0001-first.sql', 'create table public.steps (step int); insert into public.steps values (1); select pg_sleep(0.05)');
    const reports = await Promise.all([1, 2, 3, 4].map(() => migrate(pool, files)));
    expect(reports.map((report) => report._unsafeUnwrap().applied.length).sort()).toEqual([0, 0, 0, 1]);
    expect((await pool.query('select step from public.steps')).rows).toEqual([{ step: 1 }]);
  });

  test('leaves no session behind that holds the lock or the long time limits', async () => {
    await write('0001-first.sql', 'select 1');
    expect((await migrate(pool, files)).isOk()).toBe(true);
    expect((await pool.query('show statement_timeout')).rows).toEqual([{ statement_timeout: '5s' }]);
    // A session that was closed is gone a moment later.
    await vi.waitFor(async () => {
      const { rows } = await pool.query(`select 1 from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`);
      expect(rows).toEqual([]);
    });
  });

  test('answers within seconds when there is no server', async () => {
    const nowhere = createPool({ url: 'postgres://nobody@127.0.0.1:1/none' });
    expect((await migrate(nowhere, files))._unsafeUnwrapErr().kind).toBe('DatabaseUnavailable');
    expect((await pendingMigrations(nowhere, files))._unsafeUnwrapErr().kind).toBe('DatabaseUnavailable');
    await nowhere.end();
  });

  test('refuses a folder with an unnumbered file or a number used twice', async () => {
    await write('first.sql', 'select 1');
    await expect(migrate(pool, files)).rejects.toThrow('first.sql');
    await rm(join(folder, 'first.sql'));
    await write('0001-first.sql', 'select 1');
    await write('0001-other.sql', 'select 1');
    await expect(migrate(pool, files)).rejects.toThrow('0001-other.sql');
  });

  test('brings an empty database to the schema of this code', async () => {
    expect((await migrate(pool))._unsafeUnwrap().applied).toContain('0001-event-store.sql');
    expect((await pendingMigrations(pool))._unsafeUnwrap()).toEqual([]);
  });
});
