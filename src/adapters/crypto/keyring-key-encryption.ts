import type { KeyEncryption } from '../../application/ports/key-encryption.ts';
import type { Keyring } from './keyring.ts';
import { rewrap } from './wrapped-data-key.ts';

export const createKeyEncryption = (keyring: Keyring): KeyEncryption => ({
  sealing: keyring.sealing.id,
  ids: keyring.keys.map(({ id }) => id),
  idOf: (id) => keyring.find(id)?.id ?? null,
  rewrap: (slot, key) => rewrap(keyring, slot, key),
});
