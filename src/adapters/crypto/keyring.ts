import { createHash, createSecretKey, type KeyObject } from 'node:crypto';

export const keyBytes = 32;

/** A key that wraps data keys. `KeyObject` does not print its bytes. */
export type KeyEncryptionKey = Readonly<{ id: string; key: KeyObject }>;

export interface Keyring {
  /** Wraps every new data key. */
  readonly sealing: KeyEncryptionKey;
  /** In the order of the setting. */
  readonly keys: readonly KeyEncryptionKey[];
  /** By the id it was given, or by the id that an unnamed key of the same bytes has. */
  find(id: string): KeyEncryptionKey | undefined;
}

/** The id of a key that the setting does not name: stable, and the same on every replica. */
export const derivedKeyId = (bytes: Buffer): string =>
  `kek-${createHash('sha256').update('id of a key-encryption key\0').update(bytes).digest('hex').slice(0, 16)}`;

/**
 * A key is found under its derived id too: naming a key that was unnamed so far loses nothing that it has wrapped.
 * @param first seals
 */
export const keyringOf = (first: readonly [string | null, Buffer], ...others: readonly (readonly [string | null, Buffer])[]): Keyring => {
  const entry = ([name, bytes]: readonly [string | null, Buffer]): KeyEncryptionKey & { derived: string } => {
    const derived = derivedKeyId(bytes);
    return { id: name ?? derived, key: createSecretKey(bytes), derived };
  };
  const sealing = entry(first);
  const entries = [sealing, ...others.map(entry)];
  return {
    sealing,
    keys: entries,
    find: (id) => entries.find((key) => key.id === id) ?? entries.find((key) => key.derived === id),
  };
};
