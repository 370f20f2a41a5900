import { readFileSync } from 'node:fs';
import { err, type Result } from 'neverthrow';
import { createLegacyTokens } from '../adapters/crypto/legacy-tokens.ts';
import type { LegacyTokens } from '../application/ports/legacy-connections.ts';
import { secret, type Secret } from '../domain/values/secret.ts';

const textOf = (file: string): Secret<string> | null => {
  try {
    return secret(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
};

/** On error a sentence that shows no part of the key. */
export const openLegacyKeyFile = (file: string): Result<LegacyTokens, string> => {
  const text = textOf(file);
  return text === null ? err(`The legacy key file ${file} cannot be read: check the path and its permissions.`) : createLegacyTokens(text);
};
