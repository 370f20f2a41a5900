import { randomUUID } from 'node:crypto';
import { err, ok, okAsync } from 'neverthrow';
import type pg from 'pg';
import { vi } from 'vitest';
import type { Toolbox } from '../../../src/adapters/cli/toolbox.ts';
import { createSealer } from '../../../src/adapters/crypto/aes-gcm-sealer.ts';
import { createKeyEncryption } from '../../../src/adapters/crypto/keyring-key-encryption.ts';
import { keyringOf, type Keyring } from '../../../src/adapters/crypto/keyring.ts';
import { eventChain } from '../../../src/adapters/event-store/codec/hash-chain.ts';
import { adoptCluster } from '../../../src/adapters/event-store/postgres/cluster.ts';
import { createPostgresEventStore, type PostgresEventStore } from '../../../src/adapters/event-store/postgres/postgres-event-store.ts';
import { csvRows } from '../../../src/adapters/legacy/csv-rows.ts';
import { readLegacyCells } from '../../../src/adapters/legacy/read-cells.ts';
import { migrate, pendingMigrations } from '../../../src/adapters/postgres/migrate.ts';
import { createConnectionsProjector } from '../../../src/adapters/postgres/connections/connections-projector.ts';
import { legacyTableRows } from '../../../src/adapters/postgres/legacy/legacy-table.ts';
import { createPool } from '../../../src/adapters/postgres/pool.ts';
import { createPublicationsProjector } from '../../../src/adapters/postgres/publications/publications-projector.ts';
import { createApiKeys } from '../../../src/adapters/postgres/postgres-api-keys.ts';
import { createDataKeyRecords } from '../../../src/adapters/postgres/postgres-data-key-records.ts';
import { createKeyFences } from '../../../src/adapters/postgres/postgres-key-fences.ts';
import { createPersonalRecords } from '../../../src/adapters/postgres/postgres-personal-records.ts';
import { createProjectionAudit } from '../../../src/adapters/postgres/postgres-projection-audit.ts';
import { createProjectionOperations } from '../../../src/adapters/postgres/postgres-projection-operations.ts';
import { createDatabaseClock } from '../../../src/adapters/postgres/postgres-database-clock.ts';
import { createSecurityLog } from '../../../src/adapters/postgres/postgres-security-log.ts';
import { createSecurityLogPages } from '../../../src/adapters/postgres/postgres-security-log-pages.ts';
import { createWrappedKeys } from '../../../src/adapters/postgres/postgres-wrapped-keys.ts';
import { createProgressBoard } from '../../../src/adapters/postgres/projector/progress-board.ts';
import { createProjectorRuntime } from '../../../src/adapters/postgres/projector/projector-runtime.ts';
import type { Projector } from '../../../src/adapters/postgres/projector/projector.ts';
import { createWorkProjector } from '../../../src/adapters/postgres/work-lists/work-projector.ts';
import { systemClock } from '../../../src/adapters/system/system-clock.ts';
import { systemIds } from '../../../src/adapters/system/system-ids.ts';
import { connectAccount } from '../../../src/application/connecting/connect-account.ts';
import { connectionAggregate } from '../../../src/application/execution/aggregate.ts';
import type { CommandContext } from '../../../src/application/execution/command-context.ts';
import { execute } from '../../../src/application/execution/execute.ts';
import type { EventStore } from '../../../src/application/ports/event-store.ts';
import { noProfile } from '../../../src/application/reading/profile.ts';
import { copyingWith } from '../../../src/composition/copying.ts';
import { openLegacyKeyFile } from '../../../src/composition/legacy-key-file.ts';
import { authorizationId, clientKey, openId, userId, type ConnectionId } from '../../../src/domain/values/ids.ts';
import { scope } from '../../../src/domain/values/scopes.ts';
import { secret } from '../../../src/domain/values/secret.ts';
import { createTestDatabase } from '../../support/test-postgres.ts';

export const appKey = clientKey('made-up-client-key');

export interface Installation {
  readonly url: string;
  readonly pool: pg.Pool;
  readonly toolbox: Toolbox;
  /** A person connects an account. */
  connect(openId: string, userId?: string): Promise<ConnectionId>;
  disconnect(id: ConnectionId): Promise<void>;
  readonly projectors: readonly Projector[];
  readonly eventStore: PostgresEventStore;
  readonly keyring: Keyring;
  /** Lets the projectors run until they have seen everything that was written so far. */
  project(): Promise<void>;
  /** Projectors at work until `stop`, as in a running service. */
  keepProjecting(): Readonly<{ stop: () => Promise<void> }>;
  /** SQL by somebody who owns the tables and lifts what guards them. */
  tamper(sql: string, ...values: readonly unknown[]): Promise<void>;
  /** Remembers what stands in the tables; answers how to put it back. */
  remember(): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

const remembered = [
  'tiktok_connections.events',
  'tiktok_connections.connections',
  'tiktok_connections.publications',
  'tiktok_connections.work_items',
  'tiktok_connections.work_publications',
  'tiktok_connections.projections',
  'tiktok_connections.parked_streams',
  'tiktok_connections.skipped_events',
  'public.user_tiktok_connections',
] as const;

const contextOf = (user: string): CommandContext => ({
  commandId: systemIds.commandId(),
  actor: { kind: 'user', id: user },
  correlationId: 'request-1',
  causationId: null,
  traceparent: null,
});

/** The checkpoint behind everything that was written so far; '' in an empty store. */
const endOf = async (eventStore: EventStore): Promise<string> => {
  let end = '';
  const { signal } = new AbortController();
  for await (const batch of eventStore.feed({ after: null, streamPrefixes: [], batchSize: 1_000, live: false, signal })) {
    const { events, checkpoint } = batch._unsafeUnwrap();
    if (events.length > 0) end = checkpoint;
  }
  return end;
};

/** Everything a command may need, on a database of its own. */
export const openInstallation = async ({ migrated = true } = {}): Promise<Installation> => {
  const database = await createTestDatabase();
  const { url } = database;
  const pool = createPool({ url });
  if (migrated) (await migrate(pool))._unsafeUnwrap();
  const eventStore = createPostgresEventStore({ pool, url });
  const keyring = keyringOf([null, Buffer.alloc(32, 1)]);
  const sealer = createSealer({ keyring, records: createDataKeyRecords(pool) });
  const projectors = [createConnectionsProjector({ sealer, clientKey: appKey }), createPublicationsProjector(), createWorkProjector('eager')];
  const board = createProgressBoard();
  const runtime = createProjectorRuntime({ pool, eventStore, projectors, board });
  const tamper: Installation['tamper'] = async (sql, ...values) => {
    const client = await pool.connect();
    try {
      await client.query('set session_replication_role = replica');
      await client.query(sql, [...values]);
    } finally {
      client.release(true);
    }
  };
  const close = async (): Promise<void> => {
    await runtime.stop();
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
  const ports = { eventStore, sealer, settings, ids: systemIds, clock: systemClock, databaseClock: createDatabaseClock(pool) };
  return {
    url,
    pool,
    projectors,
    eventStore,
    keyring,
    project: async () => {
      const goal = await endOf(eventStore);
      runtime.start();
      await vi.waitUntil(() => projectors.every(({ name }) => (board.at(name) ?? '') >= goal), { timeout: 20_000, interval: 10 });
      await runtime.stop();
    },
    keepProjecting: () => {
      runtime.start();
      return { stop: () => runtime.stop() };
    },
    toolbox: {
      eventStore,
      eventChain,
      sealer,
      securityLog: createSecurityLog(pool),
      securityLogPages: createSecurityLogPages(pool),
      apiKeys: createApiKeys(pool, systemClock),
      ids: systemIds,
      operations: createProjectionOperations(pool, eventStore, projectors),
      projectionAudit: createProjectionAudit(pool, projectors),
      keyRing: { keyEncryption: createKeyEncryption(keyring), wrappedKeys: createWrappedKeys(pool) },
      keyFences: createKeyFences(pool),
      erasing: {
        ...ports,
        tiktok: { revoke: () => okAsync(undefined) },
        progress: { waitFor: () => Promise.resolve(true) },
        securityLog: createSecurityLog(pool),
        dataKeys: createDataKeyRecords(pool),
        personalRecords: createPersonalRecords(pool),
        media: { removeOf: () => okAsync(undefined) },
      },
      migrations: { run: () => migrate(pool), pending: () => pendingMigrations(pool), adoptCluster: () => adoptCluster(pool) },
      copyEvents: copyingWith((kind) => err({ kind: 'NoSuchStore', sentence: `There is no ${kind} here.` })),
      importing: () =>
        Promise.resolve({
          ports: { ...ports, securityLog: createSecurityLog(pool), readCells: readLegacyCells },
          openKey: openLegacyKeyFile,
          csv: csvRows,
          postgres: legacyTableRows,
        }),
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
    tamper,
    remember: async () => {
      const copyOf = (table: string): string => `remembered.${table.replace('.', '_')}`;
      await pool.query(`create schema remembered; ${remembered.map((table) => `create table ${copyOf(table)} as table ${table}`).join(';')}`);
      return async () => {
        for (const table of remembered) {
          await tamper(`delete from ${table}`);
          await tamper(`insert into ${table} overriding system value table ${copyOf(table)}`);
        }
      };
    },
    close,
  };
};
