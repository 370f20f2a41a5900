import type { Result } from 'neverthrow';
import type { Secret } from '../../domain/values/secret.ts';
import type { Unavailable } from '../failures.ts';
import type { StreamName } from './event-names.ts';
import type { CheckpointOfAnotherStore } from './event-store.ts';

export const storeKinds = ['postgres', 'eventstoredb'] as const;
export type StoreKind = (typeof storeKinds)[number];

/** Without an address: the one of this installation. */
export type StoreToCopy = Readonly<{ kind: StoreKind; address: Secret<string> | null }>;

/** It is not configured, or its address cannot be one. The sentence quotes no address. */
export type NoSuchStore = Readonly<{ kind: 'NoSuchStore'; sentence: string }>;

/** The other store has another history of this stream: nothing of ours was written to it. */
export type HistoriesDiffer = Readonly<{ kind: 'HistoriesDiffer'; stream: StreamName; revision: number }>;
export type CopyFailure = Unavailable | CheckpointOfAnotherStore | HistoriesDiffer | NoSuchStore | Readonly<{ kind: 'Interrupted' }>;

export type Copied = Readonly<{
  /** Written by this run. */
  copied: number;
  /** Of the store they were copied from, all of which stand in the other one. */
  events: number;
  streams: number;
}>;

export type CopyWatch = Readonly<{
  signal: AbortSignal;
  /** Called with how many events this run has written. */
  progress: (copied: number) => void;
}>;

/**
 * Writes every event of one store into another, as its text and hash stand, and compares the heads of both in the end.
 * May be interrupted anywhere: the next run goes on behind what it finds. A PostgreSQL
 * that is written to by its address gets the schema of this version first.
 */
export type CopyEvents = (from: StoreToCopy, to: StoreToCopy, watch: CopyWatch) => Promise<Result<Copied, CopyFailure>>;
