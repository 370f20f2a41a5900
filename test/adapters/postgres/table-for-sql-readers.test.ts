import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type pg from 'pg';
import { afterEach, describe, expect, test } from 'vitest';
import { createConnectionsProjector } from '../../../src/adapters/postgres/connections/connections-projector.ts';
import { migrationsFolder } from '../../../src/adapters/postgres/migrate-files.ts';
import { migrate } from '../../../src/adapters/postgres/migrate.ts';
import { createPool } from '../../../src/adapters/postgres/pool.ts';
import { createInMemoryEventStore } from '../../support/in-memory-event-store.ts';
import { ourClientKey, writeConnection } from '../../support/projection-history.ts';
import { rebuilt } from '../../support/projection-replay.ts';
import { createProjectionSealer } from '../../support/projection-sealer.ts';
import { createTestDatabase } from '../../support/test-postgres.ts';

const endings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

const emptyDatabase = async () => {
  const database = await createTestDatabase();
  endings.push(() => database.drop());
  return database;
};

const poolOf = (url: string): pg.Pool => {
  const pool = createPool({ url });
  endings.push(() => pool.end());
  return pool;
};

/** What the migration does about the role, for a role that nothing else in this cluster knows. */
const makingOfRole = async () => {
  const role = `reader_${randomUUID().replaceAll('-', '')}`;
  const migration = await readFile(new URL('0004-table-for-sql-readers.sql', migrationsFolder), 'utf8');
  return { role, sql: migration.slice(migration.lastIndexOf('do $$')).replaceAll('tiktok_reader', role) };
};

const legacy = `create table user_tiktok_connections (id uuid primary key, user_id varchar, tiktok_open_id varchar unique, note text);
  insert into user_tiktok_connections values (gen_random_uuid(), 'user', 'open', 'theirs')`;

describe('where a table of that name already stands', () => {
  test('migration refuses, changes nothing of it, and says how to rename it', async () => {
    const pool = poolOf((await emptyDatabase()).url);
    await pool.query(legacy);
    const { sentence } = (await migrate(pool))._unsafeUnwrapErr();
    expect(sentence).toContain('ALTER TABLE public.user_tiktok_connections RENAME TO user_tiktok_connections_before');
    expect(sentence).toContain('import reads the renamed table');
    expect((await pool.query('select note from user_tiktok_connections')).rows).toEqual([{ note: 'theirs' }]);
  });

  test('migration and every later rebuild succeed once it is renamed, though its keys keep their names', async () => {
    const pool = poolOf((await emptyDatabase()).url);
    await pool.query(legacy);
    await pool.query('alter table user_tiktok_connections rename to user_tiktok_connections_before');
    (await migrate(pool))._unsafeUnwrap();
    const eventStore = createInMemoryEventStore();
    const sealer = createProjectionSealer();
    await writeConnection(eventStore, sealer).connect();
    for (const _ of [1, 2]) await rebuilt(pool, eventStore, createConnectionsProjector({ sealer, clientKey: ourClientKey }));
    expect((await pool.query('select user_id from user_tiktok_connections')).rows).toEqual([{ user_id: 'user_1' }]);
    expect((await pool.query('select note from user_tiktok_connections_before')).rows).toEqual([{ note: 'theirs' }]);
  });

  test('a view of that name is somebody else’s as well', async () => {
    const pool = poolOf((await emptyDatabase()).url);
    await pool.query('create view user_tiktok_connections as select 1 as id');
    expect((await migrate(pool))._unsafeUnwrapErr().sentence).toContain('is not ours');
  });
});

describe('the role tiktok_reader', () => {
  test('reads the table and nothing else of ours', async () => {
    const pool = poolOf((await emptyDatabase()).url);
    (await migrate(pool))._unsafeUnwrap();
    const client = await pool.connect();
    endings.push(async () => client.release(true));
    await client.query('set role tiktok_reader');
    expect((await client.query('select * from user_tiktok_connections')).rows).toEqual([]);
    for (const statement of [
      'delete from user_tiktok_connections',
      `update user_tiktok_connections set scope = ''`,
      'select * from tiktok_connections.connections',
      'select * from tiktok_connections.events',
      'create table public.mine (id int)',
    ]) {
      await expect(client.query(statement)).rejects.toThrow(/permission denied/);
    }
    const { rows } = await pool.query(`select rolcanlogin from pg_roles where rolname = 'tiktok_reader'`);
    expect(rows).toEqual([{ rolcanlogin: false }]);
  });

  test('is made once by many databases that are migrated at the same moment', async () => {
    const { role, sql } = await makingOfRole();
    const pools = (await Promise.all([1, 2, 3, 4, 5, 6].map(emptyDatabase))).map(({ url }) => poolOf(url));
    endings.push(async () => {
      for (const pool of pools) await pool.query(`drop owned by ${role}`);
      await pools[0]?.query(`drop role ${role}`);
    });
    await Promise.all(pools.map((pool) => pool.query('create table user_tiktok_connections (id int)')));
    await Promise.all(pools.map((pool) => pool.query(sql)));
    for (const pool of pools) {
      const { rows } = await pool.query(`select has_table_privilege($1, 'user_tiktok_connections', 'select') as reads`, [role]);
      expect(rows).toEqual([{ reads: true }]);
    }
  });
});

describe('a role that may not do everything', () => {
  const limited = async () => {
    const { url } = await emptyDatabase();
    const admin = poolOf(url);
    const role = `limited_${randomUUID().replaceAll('-', '')}`;
    await admin.query(`create role ${role} login password 'made-up-password'`);
    endings.push(async () => {
      await admin.query(`reassign owned by ${role} to current_user; drop owned by ${role}; drop role ${role}`);
    });
    const own = new URL(url);
    own.username = role;
    own.password = 'made-up-password';
    return { admin, role, pool: poolOf(own.href), name: own.pathname.slice(1) };
  };

  test('migrates its own database, and is told what to run where it may not make roles', async () => {
    const { admin, role, pool, name } = await limited();
    await admin.query(`alter database ${name} owner to ${role}`);
    (await migrate(pool))._unsafeUnwrap();

    const { sql } = await makingOfRole();
    const client = await pool.connect();
    const warned = new Promise<string>((resolve) => {
      client.once('notice', ({ message, hint }) => resolve(`${message}. ${hint}`));
    });
    await client.query(sql);
    client.release();
    expect(await warned).toMatch(/may not create the role .*CREATEROLE: CREATE ROLE .* NOLOGIN; GRANT USAGE .*; GRANT SELECT ON public.user_tiktok_connections/);
  });

  test('is told which right it lacks where it may not make the table', async () => {
    const { admin, role, pool, name } = await limited();
    await admin.query(`grant create on database ${name} to ${role}`);
    const { sentence } = (await migrate(pool))._unsafeUnwrapErr();
    expect(sentence).toContain(`GRANT CREATE ON SCHEMA public TO ${role}`);
  });
});
