import { err, ok, type Result } from 'neverthrow';
import type { Unavailable } from '../failures.ts';
import { keyRingUse, type KeyRingPorts } from './key-ring-use.ts';

/** Keys that wrap data keys and are not in the ring. */
export type KeyRingLacks = Readonly<{ kind: 'KeyRingLacks'; keys: readonly Readonly<{ id: string; dataKeys: number }>[] }>;
/** A key of this id wraps data keys, and the ring's has other bytes. */
export type KeyRingDiffers = Readonly<{ kind: 'KeyRingDiffers'; id: string; dataKeys: number }>;

/** So many altered data keys in a row are no chance: the key has other bytes. */
const sampleSize = 5;

/** Whether the ring opens what is stored: asked before anything is served, so that nobody is taken for lost. */
export const checkKeyRing = async (ports: KeyRingPorts): Promise<Result<void, KeyRingLacks | KeyRingDiffers | Unavailable>> => {
  const { keyEncryption, wrappedKeys } = ports;
  const uses = await keyRingUse(ports);
  if (uses.isErr()) return err(uses.error);
  const missing = uses.value.filter(({ inRing }) => !inRing).map(({ id, dataKeys }) => ({ id, dataKeys }));
  if (missing.length > 0) return err({ kind: 'KeyRingLacks', keys: missing });
  for (const { id, dataKeys } of uses.value) {
    const samples = await wrappedKeys.samples(id, sampleSize);
    if (samples.isErr()) return err(samples.error);
    const wrong = samples.value.filter(({ slot, key }) => keyEncryption.rewrap(slot, key).isErr());
    if (wrong.length > 0 && wrong.length === samples.value.length) return err({ kind: 'KeyRingDiffers', id, dataKeys });
  }
  return ok();
};
