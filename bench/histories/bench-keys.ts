import { okAsync } from 'neverthrow';
import { createSealer } from '../../src/adapters/crypto/aes-gcm-sealer.ts';
import { parseKeyring } from '../../src/adapters/crypto/keyring-setting.ts';
import type { Keyring } from '../../src/adapters/crypto/keyring.ts';
import type { KeyRecord, KeySlot, WrappedDataKey } from '../../src/application/ports/data-key-records.ts';
import type { Sealer } from '../../src/application/ports/sealer.ts';
import { secret } from '../../src/domain/values/secret.ts';

/** The setting TIKTOK_TOKEN_ENCRYPTION_KEY of every benchmark: it protects made-up data only. */
export const benchKeySetting = 'be'.repeat(32);

export const benchKeyring = (): Keyring => {
  const keyring = parseKeyring(secret(benchKeySetting));
  if (keyring.isErr()) throw new Error(keyring.error.join(' '));
  return keyring.value;
};

export type KeptKey = Readonly<{ slot: KeySlot; key: WrappedDataKey }>;

/** A sealer whose data keys stay in memory until they are taken, to be written in bulk. */
export const gatheringSealer = (): Readonly<{ sealer: Sealer; takeKeys: () => readonly KeptKey[] }> => {
  let kept = new Map<string, KeptKey>();
  const nameOf = ({ connectionId, life, purpose }: KeySlot): string => `${connectionId}/${life}/${purpose}`;
  const recordOf = (slot: KeySlot): KeyRecord => {
    const found = kept.get(nameOf(slot));
    return found === undefined ? { kind: 'Missing' } : { kind: 'Key', key: found.key };
  };
  const sealer = createSealer({
    keyring: benchKeyring(),
    records: {
      find: (slots) => okAsync(slots.map(recordOf)),
      add: (slot, key) => {
        kept.set(nameOf(slot), { slot, key });
        return okAsync({ kind: 'Key', key });
      },
      fence: () => okAsync(undefined),
    },
  });
  return {
    sealer,
    takeKeys: () => {
      const taken = [...kept.values()];
      kept = new Map();
      return taken;
    },
  };
};
