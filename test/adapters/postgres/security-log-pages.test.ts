import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSecurityLog } from '../../../src/adapters/postgres/postgres-security-log.ts';
import { createSecurityLogPages } from '../../../src/adapters/postgres/postgres-security-log-pages.ts';
import { connectionId } from '../../../src/domain/values/ids.ts';
import { absentPool, createMigratedDatabase, type MigratedDatabase } from '../../support/projection-database.ts';

const id = connectionId('6f0e0000-0000-5000-8000-000000000001');
const insert = `insert into tiktok_connections.security_log (kind, principal, detail) values ('api_key_revoked', $1, '{"key_id":"0"}')`;

let database: MigratedDatabase;
const principalsAfter = async (after: string | null) => {
  const { entries } = (await createSecurityLogPages(database.pool).page({ after, limit: 200, connectionId: null }))._unsafeUnwrap();
  return entries.map(({ principal }) => principal);
};

describe('pages of the security log', () => {
  beforeAll(async () => {
    database = await createMigratedDatabase();
  });
  afterAll(() => database.drop());

  test('come in the order of ids, say how to go on, and can be about one connection', async () => {
    const log = createSecurityLog(database.pool);
    for (const connectionId of [id, null, id, null, id]) {
      (await log.record({ kind: 'history_read', detail: { stream: 'made-up' }, principal: 'cli', connectionId }))._unsafeUnwrap();
    }
    const pages = createSecurityLogPages(database.pool);
    const first = (await pages.page({ after: null, limit: 2, connectionId: id }))._unsafeUnwrap();
    expect(first.entries.map((entry) => [entry.connectionId, entry.kind, entry.detail])).toEqual(
      Array.from({ length: 2 }, () => [id, 'history_read', { stream: 'made-up' }]),
    );
    expect(first.nextAfter).toBe(first.entries.at(-1)?.id);
    const second = (await pages.page({ after: first.nextAfter, limit: 2, connectionId: id }))._unsafeUnwrap();
    expect([second.entries.length, second.nextAfter]).toEqual([1, null]);
    expect((await pages.page({ after: null, limit: 5, connectionId: null }))._unsafeUnwrap()).toMatchObject({ nextAfter: null });
  });

  test('hold back what stands behind an entry that is not committed yet, so that none is passed over', async () => {
    const end = (await createSecurityLogPages(database.pool).page({ after: null, limit: 200, connectionId: null }))._unsafeUnwrap();
    const after = end.entries.at(-1)?.id ?? null;
    const slow = await database.pool.connect();
    await slow.query('begin');
    await slow.query(insert, ['slow']);
    await database.pool.query(insert, ['quick']);
    expect(await principalsAfter(after)).toEqual([]);
    await slow.query('commit');
    slow.release();
    expect(await principalsAfter(after)).toEqual(['slow', 'quick']);
  });

  test('go on past an entry that was taken back', async () => {
    const slow = await database.pool.connect();
    await slow.query('begin');
    await slow.query(insert, ['taken back']);
    await database.pool.query(insert, ['kept']);
    expect(await principalsAfter(null)).not.toContain('kept');
    await slow.query('rollback');
    slow.release();
    expect((await principalsAfter(null)).at(-1)).toBe('kept');
  });

  test('tell in-flight entries apart where ids need more than 32 bits', async () => {
    await database.pool.query(`select setval('tiktok_connections.security_log_id_seq', 4294967294)`);
    const slow = await database.pool.connect();
    await slow.query('begin');
    await slow.query(insert, ['below']);
    for (const principal of ['at', 'above']) await database.pool.query(insert, [principal]);
    expect(await principalsAfter('4294967294')).toEqual([]);
    await slow.query('commit');
    slow.release();
    expect(await principalsAfter('4294967294')).toEqual(['below', 'at', 'above']);
  });

  test('lose nothing to a reader that follows twelve writers', async () => {
    const start = (await database.pool.query<{ id: string }>('select max(id) as id from tiktok_connections.security_log')).rows[0]?.id ?? null;
    const writer = async (name: number) => {
      for (let entry = 0; entry < 40; entry += 1) {
        const client = await database.pool.connect();
        await client.query('begin');
        await client.query(insert, [`writer ${name}`]);
        await client.query('select pg_sleep(random() * 0.004)');
        await client.query(entry % 7 === 0 ? 'rollback' : 'commit');
        client.release();
      }
    };
    let open = true;
    const reading = (async () => {
      const pages = createSecurityLogPages(database.anotherPool());
      const seen: string[] = [];
      for (let last = false; !last; ) {
        last = !open;
        const { entries } = (await pages.page({ after: seen.at(-1) ?? start, limit: 200, connectionId: null }))._unsafeUnwrap();
        seen.push(...entries.map((entry) => entry.id));
        if (entries.length === 200) last = false;
      }
      return seen;
    })();
    await Promise.all(Array.from({ length: 12 }, (_, name) => writer(name)));
    open = false;
    const { rows } = await database.pool.query<{ id: string }>('select id from tiktok_connections.security_log where id > $1 order by id', [start]);
    expect(await reading).toEqual(rows.map((row) => row.id));
  }, 30_000);

  test('of a database that is away are Unavailable', async () => {
    const page = await createSecurityLogPages(absentPool()).page({ after: null, limit: 1, connectionId: null });
    expect(page._unsafeUnwrapErr().kind).toBe('Unavailable');
  });
});
