import pg from 'pg';
import { parseStoreAddress } from '../../src/adapters/event-store/eventstoredb/connection-string.ts';
import { createEventStoreDbLog } from '../../src/adapters/event-store/eventstoredb/eventstoredb-event-store.ts';
import type { EventLog } from '../../src/adapters/event-store/event-log.ts';
import { createPostgresEventLog } from '../../src/adapters/event-store/postgres/postgres-event-store.ts';
import type { Checkpoint } from '../../src/application/ports/event-names.ts';
import type { EventAddress } from '../../src/application/ports/event-store.ts';
import type { DumpedTable } from './database-dump.ts';
import type { Environment } from './service-process.ts';

/** The history of one installation, wherever its settings say that it stands. */
export interface KeptHistory {
  /** The store itself. */
  readonly log: EventLog;
  /** A question in SQL about `tiktok_connections.events`, asked of the history and of the installation's tables. */
  ask(text: string, values: readonly unknown[]): Promise<readonly unknown[]>;
  close(): Promise<void>;
}

const eventsTable = 'tiktok_connections.events';
const copyTable = 'events_kept_elsewhere';
const columns = 'stream, revision, id, type, schema_version, occurred_at, data, metadata, hash, recorded_at';

const valuesOf = (entries: readonly EventAddress[]): unknown[] => [
  entries.map(({ stream }) => stream),
  entries.map(({ revision }) => revision),
  entries.map(({ id }) => id),
  entries.map(({ type }) => type),
  entries.map(({ schemaVersion }) => schemaVersion),
  entries.map(({ stored }) => stored.occurredAt),
  entries.map(({ stored }) => stored.data),
  entries.map(({ stored }) => stored.metadata),
  entries.map(({ hash }) => hash),
  entries.map(({ recordedAt }) => recordedAt),
];
const types = ['text[]', 'integer[]', 'uuid[]', 'text[]', 'integer[]', 'text[]', 'text[]', 'text[]', 'text[]', 'timestamptz[]'];

/** The other store's events in a table of one connection, brought up to date before every question. */
const copyFor = (client: pg.Client, log: EventLog): (() => Promise<void>) => {
  let after: Checkpoint | null = null;
  let made = false;
  const update = async (): Promise<void> => {
    if (!made) await client.query(`create temp table ${copyTable} as select ${columns} from ${eventsTable} with no data`);
    made = true;
    for await (const batch of log.feed({ after, streamPrefixes: [], batchSize: 500, live: false, signal: new AbortController().signal })) {
      if (batch.isErr()) throw new Error(JSON.stringify(batch.error));
      const parameters = types.map((type, index) => `$${index + 1}::${type}`).join(', ');
      await client.query(`insert into ${copyTable} (${columns}) select * from unnest(${parameters})`, valuesOf(batch.value.entries));
      after = batch.value.checkpoint;
    }
  };
  let last: Promise<void> = Promise.resolve();
  return () => {
    last = last.then(update, update);
    return last;
  };
};

/** The history where it stands outside the database, event by event, as a table of a dump. */
export const dumpHistoryElsewhere = async ({ EVENT_STORE_URL: storeUrl = '' }: Environment): Promise<readonly DumpedTable[]> => {
  if (storeUrl === '') return [];
  const log = createEventStoreDbLog({ address: parseStoreAddress(storeUrl)._unsafeUnwrap() });
  const lines: string[] = [];
  for await (const batch of log.feed({ after: null, streamPrefixes: [], batchSize: 500, live: false, signal: new AbortController().signal })) {
    lines.push(...batch._unsafeUnwrap().entries.map((entry) => JSON.stringify(entry)));
  }
  await log.close();
  return [{ table: eventsTable, text: lines.join('\n') }];
};

/** @param client connected to the installation's database, which is migrated before the first question */
export const openKeptHistory = (client: pg.Client, { DATABASE_URL: databaseUrl = '', EVENT_STORE_URL: storeUrl = '' }: Environment): KeptHistory => {
  const rows = async (text: string, values: readonly unknown[]): Promise<readonly unknown[]> => {
    const answered: { rows: readonly unknown[] } = await client.query(text, [...values]);
    return answered.rows;
  };
  if (storeUrl === '') {
    const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
    // Whoever ends every backend ends its own too.
    pool.on('error', () => undefined);
    const log = createPostgresEventLog({ pool, url: databaseUrl });
    const close = async (): Promise<void> => {
      await log.close();
      await pool.end();
    };
    return { log, ask: rows, close };
  }
  const log = createEventStoreDbLog({ address: parseStoreAddress(storeUrl)._unsafeUnwrap() });
  const update = copyFor(client, log);
  return {
    log,
    ask: async (text, values) => {
      await update();
      return rows(text.replaceAll(eventsTable, copyTable), values);
    },
    close: () => log.close(),
  };
};
