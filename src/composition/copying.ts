import { err, ok, type Result } from 'neverthrow';
import { copyLog } from '../adapters/event-store/copy-log.ts';
import type { EventLog } from '../adapters/event-store/event-log.ts';
import { parseStoreAddress } from '../adapters/event-store/eventstoredb/connection-string.ts';
import { createEventStoreDbLog } from '../adapters/event-store/eventstoredb/eventstoredb-event-store.ts';
import { createPostgresEventLog } from '../adapters/event-store/postgres/postgres-event-store.ts';
import { migrate } from '../adapters/postgres/migrate.ts';
import { createPool } from '../adapters/postgres/pool.ts';
import { unavailable, type Unavailable } from '../application/failures.ts';
import type { CopyEvents, NoSuchStore, StoreKind, StoreToCopy } from '../application/ports/event-copy.ts';
import type { Container } from './parts.ts';

export type Opened = Readonly<{
  log: EventLog;
  /** Makes ready what is to be written to. */
  prepare: () => Promise<Result<void, Unavailable>>;
  close: () => Promise<void>;
}>;

export type OpenStore = (kind: StoreKind) => Result<Opened, NoSuchStore>;

const noSuchStore = (sentence: string): NoSuchStore => ({ kind: 'NoSuchStore', sentence });

const nothingToPrepare = (): Promise<Result<void, Unavailable>> => Promise.resolve(ok(undefined));

const openPostgresAt = (url: string): Opened => {
  const pool = createPool({ url });
  const log = createPostgresEventLog({ pool, url });
  const prepare = async (): Promise<Result<void, Unavailable>> => {
    const migrated = await migrate(pool);
    return migrated.map(() => undefined).mapErr(({ sentence }) => unavailable('database', sentence));
  };
  const close = async (): Promise<void> => {
    await log.close();
    await pool.end();
  };
  return { log, prepare, close };
};

const openEventStoreDbAt = (url: string): Result<Opened, NoSuchStore> =>
  parseStoreAddress(url)
    .mapErr((end) => noSuchStore(`The address of a store to copy ${end}`))
    .map((address) => {
      const log = createEventStoreDbLog({ address });
      return { log, prepare: nothingToPrepare, close: () => log.close() };
    });

const openAt = (kind: StoreKind, url: string): Result<Opened, NoSuchStore> => (kind === 'postgres' ? ok(openPostgresAt(url)) : openEventStoreDbAt(url));

/** Copies between stores of any address, and those that `own` opens. */
export const copyingWith = (own: OpenStore): CopyEvents => {
  const open = ({ kind, address }: StoreToCopy): Result<Opened, NoSuchStore> => (address === null ? own(kind) : openAt(kind, address.reveal()));
  return async (from, to, watch) => {
    const [source, target] = [open(from), open(to)];
    try {
      if (source.isErr()) return err(source.error);
      if (target.isErr()) return err(target.error);
      const prepared = await target.value.prepare();
      return prepared.isErr() ? err(prepared.error) : await copyLog(source.value.log, target.value.log, watch);
    } finally {
      for (const opened of [source, target]) if (opened.isOk()) await opened.value.close();
    }
  };
};

const ownStores =
  (container: Container): OpenStore =>
  (kind) => {
    if (kind === 'postgres') {
      const log = createPostgresEventLog({ pool: container.get('pool'), url: container.get('databaseUrl').reveal() });
      return ok({ log, prepare: nothingToPrepare, close: () => log.close() });
    }
    const { eventStore } = container.get('settings');
    if (eventStore === null) return err(noSuchStore('EVENT_STORE_URL is not set: it names the EventStoreDB to copy from or to.'));
    const log = createEventStoreDbLog({ address: eventStore.reveal() });
    return ok({ log, prepare: nothingToPrepare, close: () => log.close() });
  };

/** Both stores of this installation, whichever of them the service uses, and any other. */
export const copyingOf = (container: Container): CopyEvents => copyingWith(ownStores(container));
