import type { ResultAsync } from 'neverthrow';
import type { Instant } from '../../domain/values/instant.ts';
import type { Unavailable } from '../failures.ts';
import type { StreamName } from './event-names.ts';

export type RebuildStep = Readonly<{
  phase: 'filling' | 'indexing' | 'swapping' | 'done';
  /** How many events this run has read. */
  events: number;
}>;

/** Why a projection was not rebuilt; readers go on with the rows they had. `sentence` says what to do. */
export type RebuildRefused = Readonly<{ kind: 'RebuildRefused'; sentence: string }>;
/** It was told to stop; the next run goes on from there. */
export type RebuildInterrupted = Readonly<{ kind: 'RebuildInterrupted' }>;

/** A stream that a projection cannot follow past one event. `reason` holds no stored data. */
export type ParkedAt = Readonly<{
  projection: string;
  stream: StreamName;
  revision: number;
  eventType: string;
  reason: string;
  parkedAt: Instant;
  triedAt: Instant;
}>;

export type NotParked = Readonly<{ kind: 'NotParked' }>;
/** The rows were made by another version or for other settings than this process has. */
export type NotThisVersion = Readonly<{ kind: 'NotThisVersion' }>;
export type ResumeRefused = NotParked | NotThisVersion | Unavailable;

/** What operators do to projections, beside a running service. */
export interface ProjectionOperations {
  readonly projections: readonly string[];
  /** Builds anew beside the rows that readers see, and puts it in their place. */
  rebuild(
    projection: string,
    options: Readonly<{ signal: AbortSignal; onProgress: (step: RebuildStep) => void }>,
  ): ResultAsync<void, RebuildRefused | RebuildInterrupted | Unavailable>;
  /** Oldest first. */
  parked(): ResultAsync<readonly ParkedAt[], Unavailable>;
  /** Tries the stream again from the event it is parked at. Null once it goes on; else where it is parked now. */
  retry(projection: string, stream: StreamName): ResultAsync<ParkedAt | null, ResumeRefused>;
  /** Passes over the event the stream is parked at, for good. Null once it goes on; else where it is parked now. */
  skip(projection: string, stream: StreamName): ResultAsync<ParkedAt | null, ResumeRefused>;
}
