import { err, ok, Result } from 'neverthrow';
import type { Secret } from '../../domain/values/secret.ts';
import { keyForms as forms, keyOfText as keyOf } from './key-text.ts';
import { keyringOf, type Keyring } from './keyring.ts';

const setting = 'TIKTOK_TOKEN_ENCRYPTION_KEY';

const idSpelling = /^[0-9A-Za-z_-]{1,64}$/;
type Entry = readonly [name: string, bytes: Buffer];

/** Sentences name an entry by its place: what stands there may be a piece of a key. */
const entryOf = (text: string, place: number): Result<Entry, string> => {
  const colon = text.indexOf(':');
  const entry = `Entry ${place} of ${setting}`;
  if (colon === -1) {
    return err(`${entry} has no id: write id:key for each of several keys, and a key that contains a comma as hex or base64.`);
  }
  const id = text.slice(0, colon);
  if (!idSpelling.test(id)) return err(`${entry} needs an id of 1 to 64 letters, digits, "-" or "_" before its colon.`);
  const bytes = keyOf(text.slice(colon + 1));
  return bytes === null ? err(`${entry} needs a key of ${forms} behind its colon.`) : ok([id, bytes]);
};

const repeats = (entries: readonly Entry[]): readonly string[] =>
  entries.flatMap(([id], index) =>
    entries.findIndex(([other]) => other === id) < index ? [`${setting} names two keys with one id: entry ${index + 1} repeats an earlier one.`] : [],
  );

const severalKeys = (text: string): Result<Keyring, readonly string[]> => {
  const parsed = text.split(',').map((part, index) => entryOf(part.trim(), index + 1));
  return Result.combineWithAllErrors(parsed).andThen((entries) => {
    const problems = repeats(entries);
    const [first, ...others] = entries;
    return first === undefined || problems.length > 0 ? err(problems) : ok(keyringOf(first, ...others));
  });
};

/**
 * Reads the setting `TIKTOK_TOKEN_ENCRYPTION_KEY`: one key (32 bytes as 64 hex digits, as base64, or exactly 32
 * characters of ASCII), or several as `id:key,id:key`, of which the first seals. One line break at the end is ignored.
 * @returns on error one sentence per problem, none of which shows any part of the setting
 */
export const parseKeyring = (value: Secret<string>): Result<Keyring, readonly string[]> => {
  const text = value.reveal().replace(/\r?\n$/, '');
  if (text.trim() === '') return err([`${setting} is empty: give ${forms}.`]);
  const single = keyOf(text);
  if (single !== null) return ok(keyringOf([null, single]));
  if (text.includes(':') || text.includes(',')) return severalKeys(text);
  return err([`${setting} is not a key: give ${forms}, or several keys as id:key,id:key.`]);
};
