import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Toolbox } from '../../../src/adapters/cli/toolbox.ts';
import { createSealer } from '../../../src/adapters/crypto/aes-gcm-sealer.ts';
import { keyringOf } from '../../../src/adapters/crypto/keyring.ts';
import { eventChain } from '../../../src/adapters/event-store/codec/hash-chain.ts';
import { createPostgresEventStore } from '../../../src/adapters/event-store/postgres/postgres-event-store.ts';
import { migrate, pendingMigrations } from '../../../src/adapters/postgres/migrate.ts';
import { createPool } from '../../../src/adapters/postgres/pool.ts';
import { createApiKeys } from '../../../src/adapters/postgres/postgres-api-keys.ts';
import { createDataKeyRecords } from '../../../src/adapters/postgres/postgres-data-key-records.ts';
import { createSecurityLog } from '../../../src/adapters/postgres/postgres-security-log.ts';
import { systemClock } from '../../../src/adapters/system/system-clock.ts';
import { systemIds } from '../../../src/adapters/system/system-ids.ts';
import { connectAccount } from '../../../src/application/connecting/connect-account.ts';
import { connectionAggregate } from '../../../src/application/execution/aggregate.ts';
import type { CommandContext } from '../../../src/application/execution/command-context.ts';
import { execute } from '../../../src/application/execution/execute.ts';
import { noProfile } from '../../../src/application/reading/profile.ts';
import { authorizationId, clientKey, openId, userId, type ConnectionId } from '../../../src/domain/values/ids.ts';
import { scope } from '../../../src/domain/values/scopes.ts';
import { secret } from '../../../src/domain/values/secret.ts';
import { createTestDatabase } from '../../support/test-postgres.ts';
import { ok } from 'neverthrow';

export const appKey = clientKey('made-up-client-key');

export interface Installation {
  readonly url: string;
  readonly pool: pg.Pool;
  readonly toolbox: Toolbox;
  /** A person connects an account. */
  connect(openId: string, userId?: string): Promise<ConnectionId>;
  disconnect(id: ConnectionId): Promise<void>;
  /** SQL by somebody who owns the tables and lifts what guards them. */
  tamper(sql: string, ...values: readonly unknown[]): Promise<void>;
  close(): Promise<void>;
}

const contextOf = (user: string): CommandContext => ({
  commandId: systemIds.commandId(),
  actor: { kind: 'user', id: user },
  correlationId: 'request-1',
  causationId: null,
  traceparent: null,
});

/** Everything a command may need, on a database of its own. */
export const openInstallation = async ({ migrated = true } = {}): Promise<Installation> => {
  const database = await createTestDatabase();
  const { url } = database;
  const pool = createPool({ url });
  if (migrated) (await migrate(pool))._unsafeUnwrap();
  const eventStore = createPostgresEventStore({ pool, url });
  const sealer = createSealer({ keyring: keyringOf([null, Buffer.alloc(32, 1)]), records: createDataKeyRecords(pool) });
  const close = async (): Promise<void> => {
    await eventStore.close();
    await pool.end();
    await database.drop();
  };
  const settings = {
    clientKey: appKey,
    defaultScopes: [scope('user.info.basic')],
    publicUrl: 'http://localhost:3000',
    returnUrl: 'http://localhost:3000/',
    returnUrlAllowlist: [],
  };
  const ports = { eventStore, sealer, settings, ids: systemIds, clock: systemClock };
  return {
    url,
    pool,
    toolbox: {
      eventStore,
      eventChain,
      sealer,
      securityLog: createSecurityLog(pool),
      apiKeys: createApiKeys(pool, systemClock),
      ids: systemIds,
      migrations: { run: () => migrate(pool), pending: () => pendingMigrations(pool) },
      close,
    },
    connect: async (account, user = 'user_1') => {
      const connected = await connectAccount(ports, contextOf(user), {
        userId: userId(user),
        authorizationId: authorizationId(randomUUID()),
        tokens: {
          accessToken: secret(`made-up-access-of-${account}`),
          refreshToken: secret(`made-up-refresh-of-${account}`),
          openId: openId(account),
          scopes: [scope('user.info.basic')],
          expiresIn: 86_400,
          refreshExpiresIn: null,
          logId: null,
        },
        profile: { ...noProfile, open_id: openId(account), display_name: `Name of ${account}` },
      });
      return connected._unsafeUnwrap().connectionId;
    },
    disconnect: async (id) => {
      const ended = await execute(ports, connectionAggregate, contextOf('user_1'), id, 'disconnect', (state) =>
        Promise.resolve(
          ok({
            type: 'Disconnect',
            life: state.status === 'none' ? 0 : state.life,
            requester: null,
            by: { kind: 'operator' },
            revokeConfirmed: false,
            at: systemClock.now(),
          } as const),
        ),
      );
      ended._unsafeUnwrap();
    },
    tamper: async (sql, ...values) => {
      const client = await pool.connect();
      try {
        await client.query('set session_replication_role = replica');
        await client.query(sql, [...values]);
      } finally {
        client.release(true);
      }
    },
    close,
  };
};
