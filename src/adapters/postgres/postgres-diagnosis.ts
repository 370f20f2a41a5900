import { ResultAsync } from 'neverthrow';
import type pg from 'pg';
import { z } from 'zod';
import type { Unavailable } from '../../application/failures.ts';
import type { DatabaseDiagnosis, KeyUse } from '../../application/ports/database-diagnosis.ts';
import { sealed } from '../../domain/values/sealed.ts';
import { ask, rowsOf, type Connection } from './database.ts';
import { databaseUnavailable } from './failure.ts';
import { openOwnConnection } from './own-connection.ts';
import { missingRights, recentTroubles, rightRow } from './diagnosis-statements.ts';
import { liveCheckpoints } from './projector/projection-state.ts';
import { connectionIdColumn, instantColumn } from './row-types.ts';

const server = {
  name: 'diagnosis.server',
  text: `select current_setting('server_version_num')::integer as version, clock_timestamp() as now`,
};
const serverRow = z.object({ version: z.number(), now: instantColumn });

const sessionRows = z.tuple([z.object({ pid: z.number() })]);

/** One connection, by what tells its sessions apart. */
export interface ObservedConnection {
  /** Which session a statement reaches now. */
  sessionId(): Promise<number>;
  begin(): Promise<void>;
  rollback(): Promise<void>;
}

/**
 * A pooler in transaction mode lends a session for a statement or a transaction. While one connection is within a
 * transaction, another one that had its session before must get a different one, or both have the same.
 */
export const sharesSessions = async (one: ObservedConnection, other: ObservedConnection): Promise<boolean> => {
  const before = await one.sessionId();
  await other.begin();
  // With a single session to lend, `one` would have to wait for `other`, so it is not asked again when both have the same.
  const shared = (await other.sessionId()) === before || (await one.sessionId()) !== before;
  await other.rollback();
  return shared;
};

/** Without prepared statements: a pooler that shares sessions would not find them again. */
const observed = (connection: Connection): ObservedConnection => ({
  sessionId: async () => sessionRows.parse((await connection.query('select pg_backend_pid() as pid')).rows)[0].pid,
  begin: async () => void (await connection.query('begin')),
  rollback: async () => void (await connection.query('rollback')),
});

const keysInUse = {
  name: 'diagnosis.keys_in_use',
  text: `select k.key_encryption_key_id, count(*)::integer as data_keys, s.connection_id, s.life, s.sealed_profile
    from tiktok_connections.data_keys k
    left join lateral (
      select c.connection_id, c.life, c.sealed_profile from tiktok_connections.data_keys d
      join tiktok_connections.connections c on c.connection_id = d.connection_id and c.life = d.life
      where d.key_encryption_key_id = k.key_encryption_key_id and d.purpose = 'profile' limit 1
    ) s on true
    group by k.key_encryption_key_id, s.connection_id, s.life, s.sealed_profile
    order by k.key_encryption_key_id`,
};

const keyUseRow = z
  .object({
    key_encryption_key_id: z.string(),
    data_keys: z.number(),
    connection_id: connectionIdColumn.nullable(),
    life: z.number().nullable(),
    sealed_profile: z.string().nullable(),
  })
  .transform(({ connection_id: connectionId, life, sealed_profile, ...use }): KeyUse => {
    const { key_encryption_key_id: keyEncryptionKeyId, data_keys: dataKeys } = use;
    if (connectionId === null || life === null || sealed_profile === null) return { keyEncryptionKeyId, dataKeys, sample: null };
    const context = { connectionId, life, purpose: 'profile', field: 'profile' } as const;
    return { keyEncryptionKeyId, dataKeys, sample: { context, sealed: sealed(sealed_profile) } };
  });

/** What the database says about itself and what stands in it. */
export const createDatabaseDiagnosis = (pool: pg.Pool): DatabaseDiagnosis => {
  const compareSessions = async (): Promise<boolean> => {
    const one = await openOwnConnection(pool, () => undefined);
    const other = await openOwnConnection(pool, () => undefined);
    try {
      return await sharesSessions(observed(one.client), observed(other.client));
    } finally {
      await Promise.all([one.close(), other.close()]);
    }
  };
  return {
    server: () =>
      ResultAsync.fromPromise(
        rowsOf(pool, server, [], serverRow).then(([row]) => {
          if (row === undefined) throw new Error('a select returned no row');
          return row;
        }),
        databaseUnavailable,
      ),
    sessionsAreShared: (): ResultAsync<boolean, Unavailable> => ResultAsync.fromPromise(compareSessions(), databaseUnavailable),
    keysInUse: () => ask(pool, keysInUse, [], keyUseRow),
    missingRights: () => ask(pool, missingRights, [], rightRow),
    recentTroubles: () => recentTroubles(pool),
    checkpoints: () => ResultAsync.fromPromise(liveCheckpoints(pool), databaseUnavailable),
  };
};
