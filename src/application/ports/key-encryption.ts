import type { Result } from 'neverthrow';
import type { KeySlot, WrappedDataKey } from './data-key-records.ts';

/** The key ring has no key of this id; nothing it wrapped can be opened until it has. */
export type UnknownKeyEncryptionKey = Readonly<{ kind: 'UnknownKeyEncryptionKey'; keyEncryptionKeyId: string }>;
/** Altered, moved to another slot, or wrapped by another key of the same id. */
export type WrongWrapping = Readonly<{ kind: 'WrongWrapping' }>;

/** The key ring, by ids: the keys themselves are seen by nobody. */
export interface KeyEncryption {
  /** The key that wraps new data keys. */
  readonly sealing: string;
  /** In the order of the setting, the sealing one first. */
  readonly ids: readonly string[];
  /** The key of the ring that goes by this id, also by the id it had while it was unnamed. Null when there is none. */
  idOf(keyEncryptionKeyId: string): string | null;
  /** The same data key under the sealing key. */
  rewrap(slot: KeySlot, key: WrappedDataKey): Result<WrappedDataKey, UnknownKeyEncryptionKey | WrongWrapping>;
}
