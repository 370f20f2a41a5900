import { err, ok, type Result } from 'neverthrow';
import type { Unavailable } from '../../../application/failures.ts';
import type { EventStore } from '../../../application/ports/event-store.ts';
import { createEventCodec, type EventCodec } from '../codec/event-codec.ts';
import type { EventLog } from '../event-log.ts';
import { eventStoreOver } from '../event-store-over-log.ts';
import { appendEntries } from './append.ts';
import { openConnection } from './connection.ts';
import type { StoreAddress } from './connection-string.ts';
import { followFeed } from './feed.ts';
import { readStoreName, type Limits } from './identity.ts';
import { createKnownHeads } from './known-heads.ts';
import { missingRights } from './rights.ts';
import { readStream } from './read-stream.ts';

export type EventStoreDbOptions = Readonly<{
  address: StoreAddress;
  limits?: Partial<Limits>;
  codec?: EventCodec;
}>;

export interface EventStoreDbLog extends EventLog {
  /** Ok when the store answers. */
  check(): Promise<Result<void, Unavailable>>;
  /** What our user may not do, each as it ends "may not …". Writes nothing. */
  missingRights(): Promise<Result<readonly string[], Unavailable>>;
  /** Ends every call and subscription that is under way. */
  close(): Promise<void>;
}

/** An append is repeated when it takes longer; a read fails when the store keeps silent so long. */
const usualLimits: Limits = { appendMillis: 3_000, readMillis: 10_000 };

/** Opens no connection and loads no client before it is used. */
export const createEventStoreDbLog = ({ address, limits = {} }: Omit<EventStoreDbOptions, 'codec'>): EventStoreDbLog => {
  const connection = openConnection(address);
  const parts = { connection, namespace: address.namespace, limits: { ...usualLimits, ...limits }, known: createKnownHeads() };
  let name: string | null = null;

  const storeOf = async (): Promise<Result<string, Unavailable>> => {
    if (name !== null) return ok(name);
    const read = await readStoreName(parts);
    if (read.isOk()) name = read.value;
    return read;
  };

  return {
    append: async (stream, head, entries) => {
      const store = await storeOf();
      return store.isErr() ? err(store.error) : appendEntries(parts, store.value, stream, head, entries);
    },
    read: async (stream, fromRevision, limit) => {
      const store = await storeOf();
      return store.isErr() ? err(store.error) : readStream(parts, store.value, stream, fromRevision, limit);
    },
    feed: (options) => followFeed(parts, options),
    check: async () => (await readStoreName(parts)).map(() => undefined),
    missingRights: () => missingRights(parts),
    close: () => connection.close(),
  };
};

export type EventStoreDbEventStore = EventStore & Pick<EventStoreDbLog, 'check' | 'missingRights' | 'close'>;

/** The history in EventStoreDB 22.6 or newer. */
export const createEventStoreDbEventStore = ({ codec = createEventCodec(), ...options }: EventStoreDbOptions): EventStoreDbEventStore => {
  const log = createEventStoreDbLog(options);
  return { ...eventStoreOver(log, codec), check: () => log.check(), missingRights: () => log.missingRights(), close: () => log.close() };
};
