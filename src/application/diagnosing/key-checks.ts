import type { Result } from 'neverthrow';
import type { Unavailable } from '../failures.ts';
import type { KeyUse } from '../ports/database-diagnosis.ts';
import type { Sealer } from '../ports/sealer.ts';
import { failure, fine, noAnswer, type Finding } from './check.ts';

type KeyTrouble = Readonly<{ id: string; dataKeys: number; why: string }>;

const troubleWith = async (sealer: Sealer, use: KeyUse): Promise<KeyTrouble | Unavailable | null> => {
  const { keyEncryptionKeyId: id, dataKeys, sample } = use;
  if (sample === null) return null;
  const opened = await sealer.open(sample);
  if (opened.isOk()) return null;
  switch (opened.error.kind) {
    case 'Unavailable':
      return opened.error;
    // Its life ended between our two questions.
    case 'Erased':
      return null;
    case 'KeyLost':
      return { id, dataKeys, why: 'is not in the key ring' };
    case 'NotAuthentic':
      return { id, dataKeys, why: 'has other bytes in the key ring, or what it sealed was altered' };
  }
};

const isKnown = (id: string, known: (id: string) => boolean, dataKeys: number): KeyTrouble | null =>
  known(id) ? null : { id, dataKeys, why: 'is not in the key ring' };

/**
 * Opens one stored value under each key-encryption key that has wrapped anything.
 * @param known whether the key ring has a key of this id
 */
export const checkKeys = async (
  inUse: Result<readonly KeyUse[], Unavailable>,
  known: (id: string) => boolean,
  sealer: Sealer,
): Promise<Finding> => {
  if (inUse.isErr()) return noAnswer(inUse.error);
  const troubles: KeyTrouble[] = [];
  for (const use of inUse.value) {
    const trouble = isKnown(use.keyEncryptionKeyId, known, use.dataKeys) ?? (await troubleWith(sealer, use));
    if (trouble !== null && 'kind' in trouble) return noAnswer(trouble);
    if (trouble !== null) troubles.push(trouble);
  }
  if (troubles.length === 0) {
    return fine(inUse.value.length === 0 ? 'Nothing is sealed yet.' : 'The key ring opens what is stored.');
  }
  return failure(
    troubles.map(({ id, dataKeys, why }) => `The key ${id}, which wraps ${dataKeys} data keys, ${why}.`).join(' '),
    'Put the key back into TIKTOK_TOKEN_ENCRYPTION_KEY, behind the one that seals: without it those connections have to be connected anew.',
  );
};
