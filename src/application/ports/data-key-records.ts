import type { ResultAsync } from 'neverthrow';
import type { ConnectionId } from '../../domain/values/ids.ts';
import type { Purpose } from '../../domain/values/sealed.ts';
import type { Unavailable } from '../failures.ts';

export type KeySlot = Readonly<{ connectionId: ConnectionId; life: number; purpose: Purpose }>;

/** A data key wrapped by the key-encryption key named `keyEncryptionKeyId`. */
export type WrappedDataKey = Readonly<{ id: string; keyEncryptionKeyId: string; wrapped: string }>;

export type KeyRecord = Readonly<{ kind: 'Key'; key: WrappedDataKey }> | Readonly<{ kind: 'Fenced' }> | Readonly<{ kind: 'Missing' }>;

/** Where data keys stand. A fenced slot never holds a key again. */
export interface DataKeyRecords {
  /** One statement for all slots; answers in their order. */
  find(slots: readonly KeySlot[]): ResultAsync<readonly KeyRecord[], Unavailable>;
  /** Keeps `key` unless the slot has one or is fenced; answers what the slot holds then. */
  add(slot: KeySlot, key: WrappedDataKey): ResultAsync<KeyRecord, Unavailable>;
  /** Fences the slots and deletes their keys, in one transaction. Repeating it is harmless. */
  fence(slots: readonly KeySlot[], because: 'disconnected' | 'erased'): ResultAsync<void, Unavailable>;
}
