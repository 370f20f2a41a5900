import type { ResultAsync } from 'neverthrow';
import type { ConnectionState } from '../../domain/connection/state.ts';
import type { Unavailable } from '../failures.ts';
import type { ChainHash, StreamName } from './event-names.ts';

/** A fold up to and with the event of this revision, which had this hash. */
export type Snapshot<State> = Readonly<{ state: State; revision: number; hash: ChainHash }>;

/**
 * A cache of folds of one kind of aggregate; dropping any of it changes nothing but time. It gives only what this
 * version of the fold made; whether the history is still the one that was folded is for the reader to see.
 */
export interface Snapshots<State> {
  /** A fold is kept once so many events stand behind the one before. */
  readonly every: number;
  /** The newest one that this process knows of. Costs nothing. */
  remembered(stream: StreamName): Snapshot<State> | null;
  newest(stream: StreamName): ResultAsync<Snapshot<State> | null, Unavailable>;
  keep(stream: StreamName, snapshot: Snapshot<State>): ResultAsync<void, Unavailable>;
}

/** By kind of aggregate: those whose histories grow long. */
export interface KeptSnapshots {
  readonly connection: Snapshots<ConnectionState>;
}
