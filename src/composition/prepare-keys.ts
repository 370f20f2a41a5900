import { err, ok, type Result } from 'neverthrow';
import { checkKeyRing } from '../application/keys/check-key-ring.ts';
import type { Ground } from './parts.ts';

const setting = 'TIKTOK_TOKEN_ENCRYPTION_KEY';

const keysOf = (count: number): string => `${count} data ${count === 1 ? 'key' : 'keys'}`;

/**
 * What must hold of keys before anything is served: none stands behind a fence, also not after a restore of an older
 * database, and the ring has every key that is in use.
 * @returns on error a sentence that names the keys and says what to do
 */
export const prepareKeys = async (ground: Ground): Promise<Result<void, string>> => {
  const enforced = await ground.get('keyFences').enforce();
  if (enforced.isErr()) return err(`The database does not answer: ${enforced.error.reason}.`);
  const ports = { keyEncryption: ground.get('keyEncryption'), wrappedKeys: ground.get('wrappedKeys') };
  const checked = await checkKeyRing(ports);
  if (checked.isOk()) return ok();
  switch (checked.error.kind) {
    case 'KeyRingLacks': {
      const missing = checked.error.keys.map(({ id, dataKeys }) => `${id}, which wraps ${keysOf(dataKeys)}`).join('; and ');
      return err(`${setting} lacks the key ${missing}: put it back behind the first (id:key,id:key) and run \`encryption rotate\` before you drop it.`);
    }
    case 'KeyRingDiffers': {
      const { id, dataKeys } = checked.error;
      return err(`The key ${id} in ${setting} is not the one that wraps ${keysOf(dataKeys)}: put the former one back under this id, and a new one under a new id.`);
    }
    case 'Unavailable':
      return err(`The database does not answer: ${checked.error.reason}.`);
  }
};
