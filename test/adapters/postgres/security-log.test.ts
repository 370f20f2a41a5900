import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSecurityLog } from '../../../src/adapters/postgres/postgres-security-log.ts';
import { absentPool, createMigratedDatabase, type MigratedDatabase } from '../../support/projection-database.ts';

let database: MigratedDatabase;
beforeAll(async () => {
  database = await createMigratedDatabase();
});
afterAll(() => database.drop());

const entry = {
  kind: 'connect_refused',
  detail: { code: 'access_denied', user_id: 'user_1', tiktok: null },
  principal: 'user:user_1',
  connectionId: null,
} as const;

test('a fact is kept with its time', async () => {
  (await createSecurityLog(database.pool).record(entry))._unsafeUnwrap();
  const { rows } = await database.pool.query(
    `select kind, principal, connection_id, detail, at between now() - interval '1 minute' and clock_timestamp() as recent from tiktok_connections.security_log`,
  );
  expect(rows).toEqual([{ kind: entry.kind, principal: entry.principal, connection_id: null, detail: entry.detail, recent: true }]);
});

test.each(['update tiktok_connections.security_log set kind = kind', 'delete from tiktok_connections.security_log', 'truncate tiktok_connections.security_log'])(
  'what is in it cannot be changed: %s',
  async (statement) => {
    await expect(database.pool.query(statement)).rejects.toThrow('append-only');
  },
);

test('a database that is away is Unavailable', async () => {
  expect((await createSecurityLog(absentPool()).record(entry))._unsafeUnwrapErr().kind).toBe('Unavailable');
});
