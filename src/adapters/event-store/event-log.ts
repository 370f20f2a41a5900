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
  ): Promise<Result<readonly EventAddress[], AppendFailure>>;
  read(stream: StreamName, fromRevision: number, limit: number): Promise<Result<readonly EventAddress[], Unavailable>>;
  feed(options: FeedOptions): AsyncIterable<Result<LogBatch, Unavailable | CheckpointOfAnotherStore>>;
}
