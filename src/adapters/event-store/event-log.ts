import type { Result } from 'neverthrow';
import type { Unavailable } from '../../application/failures.ts';
import type { ChainHash, Checkpoint, StreamName } from '../../application/ports/event-names.ts';
import type { AppendFailure, CheckpointOfAnotherStore, EventAddress, FeedOptions, StreamHead } from '../../application/ports/event-store.ts';
import type { EventId } from '../../domain/values/ids.ts';

/** An event as text, with its place in its stream and in the hash chain. */
export type EntryToAppend = Readonly<{
  id: EventId;
  revision: number;
  type: string;
  schemaVersion: number;
  occurredAt: string;
  data: string;
  metadata: string;
  hash: ChainHash;
}>;

/** An entry as it stands in the store, as far as an append tells. */
export type WrittenEntry = Omit<EventAddress, 'recordedAt' | 'checkpoint'>;

/** @property checkpoint of the last entry */
export type AppendedEntries = Readonly<{ entries: readonly WrittenEntry[]; checkpoint: Checkpoint }>;

export type LogBatch = Readonly<{ entries: readonly EventAddress[]; checkpoint: Checkpoint; caughtUp: boolean }>;

/**
 * What a store does for us: it keeps text in order and knows nothing about events. PostgreSQL, EventStoreDB and memory
 * implement it; `eventStoreOver` makes an `EventStore` of each, with one codec and one hash chain.
 * Meanings and failures are those of the `EventStore` port.
 */
export interface EventLog {
  /** Answers the entries as they stand in the store: after a repeat, what was written first. */
  append(
    stream: StreamName,
    head: StreamHead,
    entries: readonly EntryToAppend[],
  ): Promise<Result<AppendedEntries, AppendFailure>>;
  read(stream: StreamName, fromRevision: number, limit: number): Promise<Result<readonly EventAddress[], Unavailable>>;
  feed(options: FeedOptions): AsyncIterable<Result<LogBatch, Unavailable | CheckpointOfAnotherStore>>;
}

/** What an append answers of entries that it knows all about; at least one. */
export const appendedAs = (addresses: readonly EventAddress[]): AppendedEntries => {
  const last = addresses.at(-1);
  if (last === undefined) throw new TypeError('an append writes at least one entry');
  return {
    entries: addresses.map(({ id, stream, revision, type, schemaVersion, hash, stored }) => ({ id, stream, revision, type, schemaVersion, hash, stored })),
    checkpoint: last.checkpoint,
  };
};

/** What stands in the store once the entries are written. */
export const writtenAs = (stream: StreamName, entries: readonly EntryToAppend[]): readonly WrittenEntry[] =>
  entries.map(({ occurredAt, data, metadata, ...entry }) => ({ ...entry, stream, stored: { data, metadata, occurredAt } }));
