import { err, ok, type Result } from 'neverthrow';
import type { Unavailable } from '../failures.ts';
import type { KeyEncryption } from '../ports/key-encryption.ts';
import type { WrappedKeys } from '../ports/wrapped-keys.ts';

export interface KeyRingPorts {
  readonly keyEncryption: KeyEncryption;
  readonly wrappedKeys: WrappedKeys;
}

/** A key-encryption key, of the ring or missing from it, and what hangs on it. */
export type KeyUseInRing = Readonly<{ id: string; seals: boolean; inRing: boolean; dataKeys: number }>;

/** Keys of the ring in their order, then those that wrap something and are not in it. */
export const keyRingUse = async ({ keyEncryption, wrappedKeys }: KeyRingPorts): Promise<Result<readonly KeyUseInRing[], Unavailable>> => {
  const uses = await wrappedKeys.uses();
  if (uses.isErr()) return err(uses.error);
  const counts = new Map<string, number>();
  for (const { keyEncryptionKeyId, dataKeys } of uses.value) {
    const id = keyEncryption.idOf(keyEncryptionKeyId) ?? keyEncryptionKeyId;
    counts.set(id, (counts.get(id) ?? 0) + dataKeys);
  }
  const inRing = keyEncryption.ids.map((id) => ({ id, seals: id === keyEncryption.sealing, inRing: true, dataKeys: counts.get(id) ?? 0 }));
  const missing = [...counts]
    .filter(([id]) => !keyEncryption.ids.includes(id))
    .map(([id, dataKeys]) => ({ id, seals: false, inRing: false, dataKeys }));
  return ok([...inRing, ...missing]);
};

/** Nothing hangs on it, and nothing new will. */
export const mayBeDropped = ({ seals, inRing, dataKeys }: KeyUseInRing): boolean => inRing && !seals && dataKeys === 0;
