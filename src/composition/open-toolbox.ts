import { err, ok, type Result } from 'neverthrow';
import { pino } from 'pino';
import type { CannotOpen } from '../adapters/cli/cli-deps.ts';
import type { Toolbox } from '../adapters/cli/toolbox.ts';
import { eventChain } from '../adapters/event-store/codec/hash-chain.ts';
import { adoptCluster } from '../adapters/event-store/postgres/cluster.ts';
import { migrate, pendingMigrations } from '../adapters/postgres/migrate.ts';
import { createProjectionAudit } from '../adapters/postgres/postgres-projection-audit.ts';
import { createProjectionOperations } from '../adapters/postgres/postgres-projection-operations.ts';
import { assemble } from './assemble.ts';
import { openDatabase } from './database.ts';
import { tiktokSideOfCommands } from './open-tiktok-side.ts';
import type { Container } from './parts.ts';
import { readSettings } from './settings/read-settings.ts';
import type { Environment } from './settings/environment.ts';

const erasingOf = (container: Container): Toolbox['erasing'] => ({
  eventStore: container.get('eventStore'),
  ids: container.get('ids'),
  clock: container.get('clock'),
  sealer: container.get('sealer'),
  tiktok: container.get('tiktok'),
  progress: container.get('progress'),
  securityLog: container.get('securityLog'),
  dataKeys: container.get('dataKeys'),
  personalRecords: container.get('personalRecords'),
  media: container.get('media'),
});

const toolboxOf = (container: Container, stopDatabase: () => Promise<void>): Toolbox => {
  const pool = container.get('pool');
  return {
    eventStore: container.get('eventStore'),
    eventChain,
    sealer: container.get('sealer'),
    securityLog: container.get('securityLog'),
    securityLogPages: container.get('securityLogPages'),
    apiKeys: container.get('apiKeys'),
    ids: container.get('ids'),
    migrations: { pending: () => pendingMigrations(pool), run: () => migrate(pool), adoptCluster: () => adoptCluster(pool) },
    operations: createProjectionOperations(pool, container.get('eventStore'), container.get('projectorList')),
    projectionAudit: createProjectionAudit(pool, container.get('projectorList')),
    keyRing: { keyEncryption: container.get('keyEncryption'), wrappedKeys: container.get('wrappedKeys') },
    keyFences: container.get('keyFences'),
    erasing: erasingOf(container),
    copyEvents: async (...request) => (await import('./copying.ts')).copyingOf(container)(...request),
    importing: async () => (await import('./importing.ts')).importingOf(container),
    close: async () => {
      await container.get('outbound').close();
      await container.get('eventStore').close();
      await pool.end();
      await stopDatabase();
    },
  };
};

/** The parts for one command, beside a running service or without one. */
export const openToolbox = async (environment: Environment): Promise<Result<Toolbox, CannotOpen>> => {
  const settings = readSettings(environment);
  if (settings.isErr()) return err({ kind: 'settings', sentences: settings.error });
  const tiktokSide = await tiktokSideOfCommands(settings.value);
  if (tiktokSide.isErr()) return err({ kind: 'settings', sentences: [tiktokSide.error] });
  const database = await openDatabase(settings.value, true);
  if (database.isErr()) return err({ kind: 'unavailable', sentences: [database.error] });
  const log = pino({ level: 'silent' });
  const container = assemble({ settings: settings.value, databaseUrl: database.value.url, tiktokSide: tiktokSide.value, log });
  // What a command prints is its answer and nothing else.
  container.provide('workLog', () => log);
  return ok(toolboxOf(container, database.value.stop));
};
