import type { ResultAsync } from 'neverthrow';
import type { Unavailable } from '../failures.ts';
import type { KeySlot, WrappedDataKey } from './data-key-records.ts';

export type WrappedKeyUse = Readonly<{ keyEncryptionKeyId: string; dataKeys: number }>;
export type StoredKey = Readonly<{ slot: KeySlot; key: WrappedDataKey }>;
export type Rewrapping = Readonly<{ slot: KeySlot; before: WrappedDataKey; after: WrappedDataKey }>;

/** Every stored data key, for whoever changes what wraps it. */
export interface WrappedKeys {
  /** By the id of what wraps them, in the order of ids. */
  uses(): ResultAsync<readonly WrappedKeyUse[], Unavailable>;
  /** Some of those that this key wraps. */
  samples(keyEncryptionKeyId: string, limit: number): ResultAsync<readonly StoredKey[], Unavailable>;
  /** Those that another key than this one wraps, in the order of slots. @param after the last slot of the page before */
  notWrappedBy(keyEncryptionKeyId: string, after: KeySlot | null, limit: number): ResultAsync<readonly StoredKey[], Unavailable>;
  /** Each by compare-and-set: what was destroyed or wrapped anew meanwhile stays as it is. Answers how many were replaced. */
  replace(rewrappings: readonly Rewrapping[]): ResultAsync<number, Unavailable>;
}
