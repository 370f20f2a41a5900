import type { ResultAsync } from 'neverthrow';
import type { ConnectionId } from '../../domain/values/ids.ts';
import type { Unavailable } from '../failures.ts';
import type { Checkpoint, StreamName } from './event-names.ts';
import type { RecordedEvent } from './event-store.ts';

/** Rows about connections from one id to another, both included. `columns`: with a digest of each column. */
export type RowSelection = Readonly<{ from: ConnectionId; through: ConnectionId; columns: boolean }>;

/** A row by its digests: what stands in it never leaves the database. */
export type AuditedRow = Readonly<{
  /** Schema and name. */
  table: string;
  connectionId: ConnectionId;
  /** The row among those of its table. */
  key: string;
  digest: string;
  /** By column; empty unless asked for. */
  columns: ReadonlyMap<string, string>;
}>;

/** An event at which a projection stopped following a stream. `reason` holds no stored data. */
export type StoppedAt = Readonly<{ stream: StreamName; revision: number; reason: string }>;

export type EventPlace = Readonly<{ stream: StreamName; revision: number }>;

/** What readers see, and where it stands in the feed, as of one moment. */
export type LiveRows = Readonly<{
  checkpoint: Checkpoint | null;
  parked: readonly StoppedAt[];
  /** What an operator decided to do without. */
  skipped: readonly EventPlace[];
  rows: readonly AuditedRow[];
}>;

/** The rows were made by another version of this code or for other settings: nothing can be said about them here. */
export type MadeOtherwise = Readonly<{ kind: 'MadeOtherwise'; projection: string }>;

/** A projection together with an empty copy of it, private to one audit, to be filled from the feed. */
export interface AuditedProjection {
  readonly name: string;
  /** Only events of streams so named. */
  readonly streamPrefixes: readonly string[];
  /** About how many rows readers see. */
  size(): ResultAsync<number, Unavailable>;
  live(selection: RowSelection): ResultAsync<LiveRows, MadeOtherwise | Unavailable>;
  /**
   * Applies events to the copy, in feed order, and answers those that could not be applied. Behind such an event its
   * stream goes no further within this call, unless `skips` says that the event is to be passed over.
   */
  replay(events: readonly RecordedEvent[], skips: (place: EventPlace) => boolean): ResultAsync<readonly StoppedAt[], Unavailable>;
  replayed(selection: RowSelection): ResultAsync<readonly AuditedRow[], Unavailable>;
  /** Drops the copy. */
  close(): Promise<void>;
}

export interface ProjectionAudit {
  readonly projections: readonly string[];
  /** One at a time per audit. @param projection one of `projections` */
  open(projection: string): ResultAsync<AuditedProjection, Unavailable>;
}
