import { err, ok } from 'neverthrow';
import type { KeyRingLacks } from '../../../application/keys/check-key-ring.ts';
import { keyRingUse, mayBeDropped, type KeyUseInRing } from '../../../application/keys/key-ring-use.ts';
import { dataKeysToRotate, rotateKeys } from '../../../application/keys/rotate-keys.ts';
import type { Work } from '../command-runner.ts';
import { operator } from '../operator.ts';
import { away, done, foundDifference, wrongUse, type Refusal } from '../outcome.ts';
import { count, table } from '../printable.ts';
import { refusalOfUnavailable } from '../refusals.ts';

const setting = 'TIKTOK_TOKEN_ENCRYPTION_KEY';

const roleOf = (use: KeyUseInRing): string => {
  if (!use.inRing) return `missing: put it back into ${setting}`;
  if (use.seals) return 'seals';
  return mayBeDropped(use) ? 'may be dropped' : 'in use: run `encryption rotate`';
};

/** Lists keys and what hangs on each. */
export const showKeyRing: Work = async ({ keyRing }) => {
  const uses = await keyRingUse(keyRing);
  if (uses.isErr()) return err(refusalOfUnavailable(uses.error));
  const keys = uses.value.map((use) => ({ id: use.id, seals: use.seals, in_ring: use.inRing, data_keys: use.dataKeys, may_be_dropped: mayBeDropped(use) }));
  const lines = table(['key', 'data keys', ''], uses.value.map((use) => [use.id, use.dataKeys.toLocaleString('en'), roleOf(use)]));
  return ok((uses.value.every(({ inRing }) => inRing) ? done : foundDifference)({ keys }, lines));
};

const lacking = ({ keys }: KeyRingLacks): Refusal =>
  wrongUse(...keys.map(({ id, dataKeys }) => `${setting} lacks the key ${id}, which wraps ${count(dataKeys, 'data key')}: put it back behind the first.`));

export const wouldRotate: Work = async ({ keyRing }) => {
  const total = await dataKeysToRotate(keyRing);
  if (total.isErr()) return err(refusalOfUnavailable(total.error));
  const sealing = keyRing.keyEncryption.sealing;
  const line = total.value === 0 ? `Everything is wrapped by the key ${sealing} already.` : `Would wrap ${count(total.value, 'data key')} anew under the key ${sealing}.`;
  return ok(done({ sealing_key: sealing, would_rewrap: total.value, dry_run: true }, [line]));
};

/** Wraps every data key anew under the first key of the ring. */
export const rotate: Work = async ({ keyRing, securityLog }, progress, signal) => {
  const onProgress = (rewrapped: number, of: number): void => progress(`Wrapped ${rewrapped.toLocaleString('en')} of ${count(of, 'data key')} …`);
  const rotated = await rotateKeys({ ...keyRing, securityLog }, { principal: operator, signal, progress: onProgress });
  if (rotated.isErr()) {
    const failure = rotated.error;
    switch (failure.kind) {
      case 'KeyRingLacks':
        return err(lacking(failure));
      case 'RotationInterrupted':
        return err(away(`Interrupted with ${count(failure.remaining, 'data key')} left; everything still opens, and the next run goes on from here.`));
      case 'Unavailable':
        return err(refusalOfUnavailable(failure));
    }
  }
  const { sealingKey, rewrapped, damaged, remaining } = rotated.value;
  const places = damaged.map(({ connectionId, life, purpose }) => ({ connection_id: connectionId, life, purpose }));
  const document = { sealing_key: sealingKey, rewrapped, remaining, damaged: places };
  const lines = [
    rewrapped === 0 && remaining === 0 ? `Everything is wrapped by the key ${sealingKey} already.` : `Wrapped ${count(rewrapped, 'data key')} anew under the key ${sealingKey}.`,
    ...places.map(({ connection_id, life, purpose }) => `Passed over ${purpose} of life ${life} of ${connection_id}: it does not unwrap.`),
    ...(remaining > damaged.length ? [`${count(remaining - damaged.length, 'data key')} came meanwhile under another key: start every replica with ${sealingKey} first, then run this again.`] : []),
  ];
  return ok(remaining === 0 ? done(document, lines) : foundDifference(document, lines));
};
