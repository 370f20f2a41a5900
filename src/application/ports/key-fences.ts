import type { ResultAsync } from 'neverthrow';
import type { Instant } from '../../domain/values/instant.ts';
import type { Unavailable } from '../failures.ts';
import type { KeySlot } from './data-key-records.ts';

export type FenceReason = 'disconnected' | 'erased';
/** Where a key was destroyed, for good. */
export type KeyFence = Readonly<{ slot: KeySlot; because: FenceReason; fencedAt: Instant }>;

export interface KeyFences {
  /** In the order of slots. @param after the last slot of the page before */
  page(after: KeySlot | null, limit: number): ResultAsync<readonly KeyFence[], Unavailable>;
  /** Destroys the keys that stand behind a fence, as those of an older database do. Answers how many there were. */
  enforce(): ResultAsync<number, Unavailable>;
}
