import { err, ok, type Result } from 'neverthrow';
import type { Unavailable } from '../failures.ts';
import type { KeySlot } from '../ports/data-key-records.ts';
import type { SecurityLog } from '../ports/security-log.ts';
import type { Rewrapping, StoredKey } from '../ports/wrapped-keys.ts';
import type { KeyRingLacks } from './check-key-ring.ts';
import { keyRingUse, type KeyRingPorts } from './key-ring-use.ts';

export interface RotationPorts extends KeyRingPorts {
  readonly securityLog: SecurityLog;
}

export type RotationOptions = Readonly<{
  /** Who rotates, for the security log. */
  principal: string;
  signal: AbortSignal;
  /** Called with how many data keys are wrapped anew so far, of how many at the beginning. */
  progress: (done: number, of: number) => void;
  batchSize?: number;
}>;

/** `damaged` did not unwrap and stay as they are. `remaining` are still wrapped by other keys, damaged ones among them. */
export type Rotation = Readonly<{ sealingKey: string; rewrapped: number; damaged: readonly KeySlot[]; remaining: number }>;
export type RotationInterrupted = Readonly<{ kind: 'RotationInterrupted'; rewrapped: number; remaining: number }>;

/** How many data keys a rotation would wrap anew. */
export const dataKeysToRotate = async ({ keyEncryption, wrappedKeys }: KeyRingPorts): Promise<Result<number, Unavailable>> =>
  (await wrappedKeys.uses()).map((uses) =>
    uses.reduce((sum, { keyEncryptionKeyId, dataKeys }) => sum + (keyEncryptionKeyId === keyEncryption.sealing ? 0 : dataKeys), 0),
  );

type Pass = Readonly<{ rewrapped: number; damaged: readonly KeySlot[]; interrupted: boolean }>;

const rewrappingsOf = ({ keyEncryption }: RotationPorts, page: readonly StoredKey[]): readonly Rewrapping[] =>
  page.flatMap(({ slot, key: before }) => keyEncryption.rewrap(slot, before).match((after) => [{ slot, before, after }], () => []));

/** Through all slots once, from the first. */
const pass = async (ports: RotationPorts, { signal, batchSize = 500 }: RotationOptions, onBatch: (rewrapped: number) => void): Promise<Result<Pass, Unavailable>> => {
  let rewrapped = 0;
  const damaged: KeySlot[] = [];
  for (let after: KeySlot | null = null; ; ) {
    if (signal.aborted) return ok({ rewrapped, damaged, interrupted: true });
    const page: Result<readonly StoredKey[], Unavailable> = await ports.wrappedKeys.notWrappedBy(ports.keyEncryption.sealing, after, batchSize);
    if (page.isErr()) return err(page.error);
    const rewrappings = rewrappingsOf(ports, page.value);
    const opened = new Set(rewrappings.map(({ slot }) => slot));
    damaged.push(...page.value.map(({ slot }) => slot).filter((slot) => !opened.has(slot)));
    if (rewrappings.length > 0) {
      const replaced = await ports.wrappedKeys.replace(rewrappings);
      if (replaced.isErr()) return err(replaced.error);
      rewrapped += replaced.value;
      onBatch(replaced.value);
    }
    if (page.value.length < batchSize) return ok({ rewrapped, damaged, interrupted: false });
    after = page.value.at(-1)?.slot ?? null;
  }
};

const untilNothingIsLeft = async (
  ports: RotationPorts,
  options: RotationOptions,
  total: number,
): Promise<Result<Rotation, RotationInterrupted | Unavailable>> => {
  const { sealing } = ports.keyEncryption;
  let rewrapped = 0;
  const onBatch = (count: number): void => {
    rewrapped += count;
    options.progress(rewrapped, total);
  };
  for (;;) {
    const passed = await pass(ports, options, onBatch);
    if (passed.isErr()) return err(passed.error);
    const remaining = await dataKeysToRotate(ports);
    if (remaining.isErr()) return err(remaining.error);
    const { damaged, interrupted } = passed.value;
    if (interrupted) return err({ kind: 'RotationInterrupted', rewrapped, remaining: remaining.value });
    // A replica that still seals with another key adds some behind our back: they are met in the next pass.
    if (remaining.value <= damaged.length || passed.value.rewrapped === 0) return ok({ sealingKey: sealing, rewrapped, damaged, remaining: remaining.value });
  }
};

/**
 * Wraps every data key anew under the ring's first key, in batches beside running services. Histories are not touched.
 * Killed at any moment it leaves every data key under a key of the ring; the next run goes on from there.
 */
export const rotateKeys = async (
  ports: RotationPorts,
  options: RotationOptions,
): Promise<Result<Rotation, KeyRingLacks | RotationInterrupted | Unavailable>> => {
  const { keyEncryption, securityLog } = ports;
  const uses = await keyRingUse(ports);
  if (uses.isErr()) return err(uses.error);
  const missing = uses.value.filter(({ inRing }) => !inRing).map(({ id, dataKeys }) => ({ id, dataKeys }));
  if (missing.length > 0) return err({ kind: 'KeyRingLacks', keys: missing });
  const total = await dataKeysToRotate(ports);
  if (total.isErr()) return err(total.error);
  const sealingKey = keyEncryption.sealing;
  if (total.value === 0) return ok({ sealingKey, rewrapped: 0, damaged: [], remaining: 0 });

  const entry = { principal: options.principal, connectionId: null } as const;
  const begun = await securityLog.record({ ...entry, kind: 'key_rotation_started', detail: { sealing_key: sealingKey, data_keys: total.value } });
  if (begun.isErr()) return err(begun.error);
  const rotated = await untilNothingIsLeft(ports, options, total.value);
  if (rotated.isErr()) return err(rotated.error);
  const { rewrapped, remaining } = rotated.value;
  const ended = await securityLog.record({ ...entry, kind: 'key_rotation_finished', detail: { sealing_key: sealingKey, rewrapped, remaining } });
  return ended.map(() => rotated.value);
};
