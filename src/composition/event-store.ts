import type pg from 'pg';
import { createEventStoreDbEventStore, type EventStoreDbEventStore } from '../adapters/event-store/eventstoredb/eventstoredb-event-store.ts';
import { createPostgresEventStore, type PostgresEventStore } from '../adapters/event-store/postgres/postgres-event-store.ts';
import { createKeptSnapshots } from '../adapters/postgres/snapshots/postgres-snapshots.ts';
import type { EventStore } from '../application/ports/event-store.ts';
import type { Secret } from '../domain/values/secret.ts';
import type { Settings } from './settings/read-settings.ts';

/** The history, wherever it stands; the projections stand in PostgreSQL in either case. */
export type ChosenEventStore = EventStore &
  Pick<PostgresEventStore, 'checkCluster' | 'listening' | 'close'> &
  /** Null where no transaction of the database can hold the feed back. */
  Readonly<{
    oldestXmin: PostgresEventStore['oldestXmin'] | null;
    /** Null where the history stands in PostgreSQL, whose rights are looked at as one. */
    missingRights: EventStoreDbEventStore['missingRights'] | null;
  }>;

/** Opens no connection before the store is used. */
export const openEventStore = ({ eventStore }: Settings, databaseUrl: Secret<string>, pool: pg.Pool): ChosenEventStore => {
  const snapshots = createKeptSnapshots(pool);
  if (eventStore === null) return { ...createPostgresEventStore({ pool, url: databaseUrl.reveal() }), snapshots, missingRights: null };
  const store = createEventStoreDbEventStore({ address: eventStore.reveal() });
  return { ...store, snapshots, checkCluster: () => store.check(), listening: () => true, oldestXmin: null };
};
