import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { secret, type Secret } from '../domain/values/secret.ts';

const isTaken = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EEXIST';

/** The key-encryption key of a development installation, made at the first start and kept in its data directory. */
export const developmentKey = (dataDir: string): Secret<string> => {
  const file = join(dataDir, 'token-encryption-key');
  mkdirSync(dataDir, { recursive: true });
  try {
    writeFileSync(file, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!isTaken(error)) throw error;
  }
  return secret(readFileSync(file, 'utf8').trim());
};
