import { err, ok, type Result } from 'neverthrow';
import type pg from 'pg';
import { unavailable, type Unavailable } from '../../../application/failures.ts';
import type { EventStore } from '../../../application/ports/event-store.ts';
import { createEventCodec, type EventCodec } from '../codec/event-codec.ts';
import type { EventLog } from '../event-log.ts';
import { eventStoreOver } from '../event-store-over-log.ts';
import { appendEntries } from './append.ts';
import { checkCluster, type RestoredIntoAnotherCluster } from './cluster.ts';
import { followFeed } from './feed.ts';
import { createGatheredAppends } from './gathered-appends.ts';
import { gatherReads } from './gathered-reads.ts';
import { createNotifications } from './notifications.ts';
import { readOldestXmin, type OldestXmin } from './oldest-xmin.ts';
import { addressesOf } from './rows.ts';
import { createWakeUp } from './wake-up.ts';

export type PostgresEventStoreOptions = Readonly<{
  pool: pg.Pool;
  /** Of the pool's database, for a connection of our own that listens. */
  url: string;
  codec?: EventCodec;
  /** The safety net under notifications: how long a feed sleeps at most. */
  pollMillis?: number;
}>;

export interface PostgresEventLog extends EventLog {
  /** Must answer ok before the service starts. */
  checkCluster(): Promise<Result<void, RestoredIntoAnotherCluster | Unavailable>>;
  oldestXmin(): Promise<Result<OldestXmin, Unavailable>>;
  /** False while appends of other processes are found by polling alone. */
  listening(): boolean;
  /** Closes the listening connection. Feeds end by their own signals; the pool is the caller's. */
  close(): Promise<void>;
}

/** Polling while the listening connection is away. */
const unheardPollMillis = 50;

export const createPostgresEventLog = ({ pool, url, pollMillis = 1_000 }: Omit<PostgresEventStoreOptions, 'codec'>): PostgresEventLog => {
  const wakeUp = createWakeUp();
  const notifications = createNotifications(url, wakeUp);
  const source = { pool, wakeUp, pollMillis: () => (notifications.listening() ? pollMillis : Math.min(pollMillis, unheardPollMillis)) };
  const parts = { pool, gathered: createGatheredAppends(pool), readOne: gatherReads(pool) };
  let known: string | null = null;

  const storeOf = async (): Promise<Result<string, Unavailable>> => {
    if (known !== null) return ok(known);
    const checked = await checkCluster(pool);
    if (checked.isOk()) known = checked.value;
    return checked.mapErr((problem) => (problem.kind === 'Unavailable' ? problem : unavailable('event_store', problem.sentence)));
  };

  return {
    append: async (stream, head, entries) => {
      const store = await storeOf();
      if (store.isErr()) return err(store.error);
      const appended = await appendEntries(parts, store.value, stream, head, entries);
      if (appended.isOk()) {
        wakeUp.ring();
        notifications.appended();
      }
      return appended;
    },
    read: async (stream, fromRevision, limit) => {
      const store = await storeOf();
      if (store.isErr()) return err(store.error);
      const read = await parts.readOne({ stream, fromRevision, limit });
      return read.map((rows) => addressesOf(store.value, rows));
    },
    async *feed(options) {
      const store = await storeOf();
      if (store.isErr()) {
        yield err(store.error);
        return;
      }
      if (options.live) notifications.start();
      yield* followFeed(source, store.value, options);
    },
    checkCluster: async () => (await checkCluster(pool)).map(() => undefined),
    oldestXmin: () => readOldestXmin(pool),
    listening: () => notifications.listening(),
    close: () => notifications.close(),
  };
};

export type PostgresEventStore = EventStore & Pick<PostgresEventLog, 'checkCluster' | 'oldestXmin' | 'listening' | 'close'>;

/** The history in PostgreSQL. The schema must be migrated; opens no connection before it is used. */
export const createPostgresEventStore = ({ codec = createEventCodec(), ...options }: PostgresEventStoreOptions): PostgresEventStore => {
  const log = createPostgresEventLog(options);
  return {
    ...eventStoreOver(log, codec),
    checkCluster: () => log.checkCluster(),
    oldestXmin: () => log.oldestXmin(),
    listening: () => log.listening(),
    close: () => log.close(),
  };
};
