import { createSecretKey, randomBytes, randomUUID, type KeyObject } from 'node:crypto';
import { err, ok, type Result } from 'neverthrow';
import type { KeySlot, WrappedDataKey } from '../../application/ports/data-key-records.ts';
import type { UnknownKeyEncryptionKey, WrongWrapping } from '../../application/ports/key-encryption.ts';
import { openEnvelope, parseEnvelope, sealEnvelope } from './envelope.ts';
import { keyBytes, type Keyring } from './keyring.ts';

const version = 'w1';

export type DataKey = Readonly<{ id: string; key: KeyObject }>;

const placeOf = (slot: KeySlot, dataKeyId: string): readonly (string | number)[] => [
  dataKeyId,
  slot.connectionId,
  slot.life,
  slot.purpose,
];

/** Wraps 256 bits for this slot only, under the keyring's sealing key. */
const wrap = (keyring: Keyring, slot: KeySlot, id: string, bytes: Buffer): WrappedDataKey => {
  const { id: keyEncryptionKeyId, key } = keyring.sealing;
  return { id, keyEncryptionKeyId, wrapped: sealEnvelope(version, keyEncryptionKeyId, key, placeOf(slot, id), bytes) };
};

/** A new random data key for a slot, wrapped. */
export const newDataKey = (keyring: Keyring, slot: KeySlot): WrappedDataKey => {
  const bytes = randomBytes(keyBytes);
  const wrapped = wrap(keyring, slot, randomUUID(), bytes);
  bytes.fill(0);
  return wrapped;
};

/** The data key of a slot as it was before wrapping. */
export const unwrap = (
  keyring: Keyring,
  slot: KeySlot,
  { id, keyEncryptionKeyId, wrapped }: WrappedDataKey,
): Result<DataKey, UnknownKeyEncryptionKey | WrongWrapping> => {
  const wrapper = keyring.find(keyEncryptionKeyId);
  if (wrapper === undefined) return err({ kind: 'UnknownKeyEncryptionKey', keyEncryptionKeyId });
  const envelope = parseEnvelope(wrapped);
  if (envelope?.version !== version || envelope.keyId !== keyEncryptionKeyId) return err({ kind: 'WrongWrapping' });
  const bytes = openEnvelope(envelope, wrapper.key, placeOf(slot, id));
  if (bytes?.length !== keyBytes) return err({ kind: 'WrongWrapping' });
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return ok({ id, key });
};

/** The same data key under the keyring's sealing key: its id stays, so every envelope sealed with it still opens. */
export const rewrap = (
  keyring: Keyring,
  slot: KeySlot,
  wrapped: WrappedDataKey,
): Result<WrappedDataKey, UnknownKeyEncryptionKey | WrongWrapping> =>
  unwrap(keyring, slot, wrapped).map(({ id, key }) => {
    const bytes = key.export();
    const again = wrap(keyring, slot, id, bytes);
    bytes.fill(0);
    return again;
  });
