import type { ResultAsync, Result } from 'neverthrow';
import type { ConnectionEvent } from '../../domain/connection/events.ts';
import type { PublicationEvent } from '../../domain/publication/events.ts';
import type { CommandId, EventId } from '../../domain/values/ids.ts';
import type { Instant } from '../../domain/values/instant.ts';
import type { Actor } from '../execution/actor.ts';
import type { Unavailable } from '../failures.ts';
import type { ChainHash, Checkpoint, StreamName } from './event-names.ts';
import type { KeptSnapshots } from './snapshots.ts';

export type DomainEvent = ConnectionEvent | PublicationEvent;

export type EventMetadata = Readonly<{
  actor: Actor;
  commandId: CommandId;
  causationId: string | null;
  correlationId: string;
  traceparent: string | null;
}>;

/** An event ready to be written. Equal values are written as equal bytes. */
export type EventToAppend = Readonly<{
  id: EventId;
  event: DomainEvent;
  occurredAt: Instant;
  metadata: EventMetadata;
}>;

/** The end of a stream: the count of its events and the hash of the last. A stream without events is `emptyHead`. */
export type StreamHead = Readonly<{ revision: number; hash: ChainHash | null }>;
export const emptyHead: StreamHead = { revision: 0, hash: null };

/** What every stored event has, readable or not. */
export type EventAddress = Readonly<{
  id: EventId;
  stream: StreamName;
  /** 1-based: the count of events up to and with this one. */
  revision: number;
  type: string;
  schemaVersion: number;
  hash: ChainHash;
  checkpoint: Checkpoint;
  /** The store's own time. */
  recordedAt: Instant;
  /** As stored, before any upcaster: what the hash was made of. */
  stored: Readonly<{ data: string; metadata: string; occurredAt: string }>;
}>;

export type RecordedEvent = EventAddress &
  Readonly<{ readable: true; event: DomainEvent; occurredAt: Instant; metadata: EventMetadata }>;
/** An event of a type or shape this version does not know. `reason` holds no stored data. */
export type UnreadableEvent = EventAddress & Readonly<{ readable: false; reason: string }>;
export type StoredEvent = RecordedEvent | UnreadableEvent;

/** An event as an append answers it. When it was recorded and where it stands among all streams is told by reading. */
export type WrittenEvent = Omit<RecordedEvent, 'recordedAt' | 'checkpoint'>;

export type AppendFailure =
  /** The stream's end was another: nothing was written. Load and decide anew. */
  | Readonly<{ kind: 'Conflict'; stream: StreamName }>
  /** The answer was lost: repeat the same call until the answer is definite. */
  | Readonly<{ kind: 'OutcomeUnknown'; stream: StreamName }>
  | Readonly<{ kind: 'EventTooLarge'; stream: StreamName; bytes: number; limit: number }>
  /** Nothing was written. */
  | Unavailable;

export type Appended = Readonly<{
  head: StreamHead;
  events: readonly WrittenEvent[];
  /** Of the last event. */
  checkpoint: Checkpoint;
}>;

export type FeedBatch = Readonly<{
  events: readonly StoredEvent[];
  /** Resuming here loses and repeats nothing of this batch. */
  checkpoint: Checkpoint;
  /** False when more is known to wait behind this batch. */
  caughtUp: boolean;
}>;

export type FeedOptions = Readonly<{
  /** Null begins at the first event ever. */
  after: Checkpoint | null;
  /** Only streams whose names begin with one of these; all when empty. */
  streamPrefixes: readonly string[];
  /** Events in a batch, at most. */
  batchSize: number;
  /** When false the feed ends at the first batch that has caught up. */
  live: boolean;
  signal: AbortSignal;
}>;

/** Also of this store, but beyond its end: then it was restored to an earlier moment. */
export type CheckpointOfAnotherStore = Readonly<{ kind: 'CheckpointOfAnotherStore'; checkpoint: Checkpoint; store: string }>;

/** Whoever has the checkpoint has seen more than the store holds. */
export const isBeyondEnd = ({ checkpoint, store }: CheckpointOfAnotherStore): boolean => checkpoint.startsWith(`${store}:`);

/**
 * The history of all aggregates. Adapters: PostgreSQL, EventStoreDB, and one in memory for tests;
 * all pass one contract suite.
 */
export interface EventStore {
  /** Folds kept beside the history; without them every load begins at the first event. */
  readonly snapshots?: KeptSnapshots;
  /**
   * Writes events behind `head`, all or none; at least one. Repeating a call that succeeded (same ids, same head)
   * succeeds again and writes nothing.
   */
  append(stream: StreamName, head: StreamHead, events: readonly EventToAppend[]): ResultAsync<Appended, AppendFailure>;
  /** Events of a stream in order, from `fromRevision` (1-based, inclusive), at most `limit`. Empty for an unknown stream. */
  read(stream: StreamName, fromRevision: number, limit: number): ResultAsync<readonly StoredEvent[], Unavailable>;
  /**
   * Every committed event once, in one total order that keeps each stream's own; stays open while `live`.
   * Ends after an error; the reader asks again from its last checkpoint.
   */
  feed(options: FeedOptions): AsyncIterable<Result<FeedBatch, Unavailable | CheckpointOfAnotherStore>>;
}
