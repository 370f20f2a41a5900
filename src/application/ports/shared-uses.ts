import type { ResultAsync } from 'neverthrow';
import type { Unavailable } from '../failures.ts';

/** Requests that one replica has admitted and not told the others yet. */
export type NewUses = Readonly<{
  caller: string;
  requests: number;
  /** Until the caller's window ends, as this replica sees it. */
  leftMillis: number;
}>;

/** What all replicas together have told of one caller's window. */
export type TotalUses = NewUses;

/** How often each caller has asked, over all replicas. */
export interface SharedUses {
  /** Adds to the callers' windows, or begins those that have ended. Answers how each of them stands now. */
  add(uses: readonly NewUses[]): ResultAsync<readonly TotalUses[], Unavailable>;
}
