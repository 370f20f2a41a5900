import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { legacyTableRows } from '../../../src/adapters/postgres/legacy/legacy-table.ts';
import { migrate } from '../../../src/adapters/postgres/migrate.ts';
import { createPool } from '../../../src/adapters/postgres/pool.ts';
import { secret } from '../../../src/domain/values/secret.ts';
import { containing } from '../cli/expected.ts';
import { createTestDatabase, type TestDatabase } from '../../support/test-postgres.ts';

let database: TestDatabase;
let client: pg.Client;

const columns = `id uuid default gen_random_uuid(), user_id varchar, tiktok_open_id varchar unique, tiktok_union_id varchar, display_name varchar,
  avatar_url text, access_token text, refresh_token text, token_expires_at timestamptz, scope text, created_at timestamptz, updated_at timestamptz`;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(`
    create table user_tiktok_connections_before (${columns});
    insert into user_tiktok_connections_before (user_id, tiktok_open_id, display_name, access_token, refresh_token, token_expires_at, scope, created_at)
      select 'user', 'account-' || n, E'A name\\nin two lines', 'made up', 'made up', '2026-01-02 03:04:05.678+02', 'user.info.basic', '2025-01-01 00:00:00+00'
      from generate_series(1, 1234) n;
    create schema "Odd schema";
    create table "Odd schema"."Odd ""table""" (${columns});
    create table without_scope (user_id varchar, tiktok_open_id varchar, display_name varchar, access_token text, refresh_token text, token_expires_at timestamptz, created_at timestamptz);
  `);
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

const read = (table: string, url = database.url) => Array.fromAsync(legacyTableRows(secret(url), table).read());
const failureOf = async (table: string, url = database.url): Promise<unknown> => (await read(table, url)).at(-1)?._unsafeUnwrapErr();
const openConnections = async (): Promise<unknown> =>
  (await client.query(`select count(*)::int as open from pg_stat_activity where datname = current_database() and application_name = 'tiktok-connections import'`)).rows;

describe('the table of another application', () => {
  test('is read to its end, page by page, with moments in one spelling', async () => {
    const rows = (await read('user_tiktok_connections_before')).map((row) => row._unsafeUnwrap());
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 1_234 }, (_, index) => index + 1));
    expect(rows[0]?.cells._unsafeUnwrap()).toMatchObject({
      display_name: 'A name\nin two lines',
      token_expires_at: '2026-01-02 01:04:05.678+00',
      created_at: '2025-01-01 00:00:00+00',
      avatar_url: null,
    });
    expect(new Set(rows.map(({ cells }) => cells._unsafeUnwrap().tiktok_open_id)).size).toBe(1_234);
  });

  test('is named as SQL names it, and may be empty', async () => {
    expect(await read('"Odd schema"."Odd ""table"""')).toEqual([]);
    expect(await read('USER_TIKTOK_CONNECTIONS_BEFORE')).toHaveLength(1_234);
  });

  test('is let go of when nobody reads on', async () => {
    const rows = legacyTableRows(secret(database.url), 'user_tiktok_connections_before').read();
    expect((await rows.next()).value?.isOk()).toBe(true);
    expect(await openConnections()).toEqual([{ open: 1 }]);
    await rows.return();
    await expect.poll(openConnections).toEqual([{ open: 0 }]);
  });

  test.each([
    ['is not there', 'nowhere', 'has no table nowhere'],
    ['has a name that means nothing', 'a.b.c.d"', 'has no table'],
    ['is a name with more behind it', 'without_scope; drop table without_scope', 'has no table'],
    ['lacks a column', 'without_scope', 'lacks the column scope'],
  ])('is refused as wrong use when it %s', async (_, table, sentence) => {
    expect(await failureOf(table)).toMatchObject({ kind: 'unusable', sentence: containing(sentence) });
  });

  test('is not the one that this service writes', async () => {
    const own = await createTestDatabase();
    const pool = createPool({ url: own.url });
    (await migrate(pool))._unsafeUnwrap();
    expect(await failureOf('user_tiktok_connections', own.url)).toMatchObject({ kind: 'unusable', sentence: containing('writes itself') });
    await pool.end();
    await own.drop();
  });

  test('may be out of reach, which says nothing of the address', async () => {
    const gone = 'postgres://made-up-user:made-up-password@127.0.0.1:1/none';
    const failure = await failureOf('user_tiktok_connections', gone);
    expect(failure).toMatchObject({ kind: 'away' });
    expect(JSON.stringify(failure)).not.toContain('made-up');
    expect(await failureOf('user_tiktok_connections', 'postgres://[made-up')).toMatchObject({ kind: 'unusable' });
  });
});
