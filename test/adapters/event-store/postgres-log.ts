import type pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { createPostgresEventLog, type PostgresEventLog } from '../../../src/adapters/event-store/postgres/postgres-event-store.ts';
import { migrate } from '../../../src/adapters/postgres/migrate.ts';
import { createPool } from '../../../src/adapters/postgres/pool.ts';
import type { OpenLog } from '../../support/event-store/open-log.ts';
import { createTestDatabase, type TestDatabase } from '../../support/test-postgres.ts';

export type OpenedPostgresLog = Readonly<{ log: PostgresEventLog; pool: pg.Pool; url: string; close: () => Promise<void> }>;

const migratedPool = async (url: string): Promise<pg.Pool> => {
  const pool = createPool({ url, max: 10 });
  const migrated = await migrate(pool);
  if (migrated.isErr()) throw new Error(migrated.error.sentence);
  return pool;
};

/** An empty, migrated database of its own. */
export const openPostgresLog = async (): Promise<OpenedPostgresLog> => {
  const database = await createTestDatabase();
  const pool = await migratedPool(database.url);
  const log = createPostgresEventLog({ pool, url: database.url });
  const close = async (): Promise<void> => {
    await log.close();
    await pool.end();
    await database.drop();
  };
  return { log, pool, url: database.url, close };
};

const emptied = `
  alter table tiktok_connections.events disable trigger events_are_append_only;
  truncate tiktok_connections.events;
  alter table tiktok_connections.events enable trigger events_are_append_only`;

/** One database for a whole file, emptied each time it is opened: making one takes longer than most tests. */
export const postgresLogOfFile = (): OpenLog => {
  let database: TestDatabase | undefined;
  let pool: pg.Pool | undefined;
  beforeAll(async () => {
    database = await createTestDatabase();
    pool = await migratedPool(database.url);
  });
  afterAll(async () => {
    await pool?.end();
    await database?.drop();
  });
  return async () => {
    if (database === undefined || pool === undefined) throw new Error('the database is there only while tests run');
    await pool.query(emptied);
    const log = createPostgresEventLog({ pool, url: database.url });
    return { log, close: () => log.close() };
  };
};
