import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const folder = resolve(import.meta.dirname, '../../../src');

const filesWith = async (pattern: RegExp): Promise<readonly string[]> => {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.ts'));
  const found = await Promise.all(names.map(async (name) => (pattern.test(await readFile(join(folder, name), 'utf8')) ? [name] : [])));
  return found.flat().sort();
};

test('a key of the ring seals data keys and nothing else, so that a rotation of those is a rotation of all', async () => {
  expect(await filesWith(/\bsealEnvelope\(|\bencrypt\(/)).toEqual([
    'adapters/crypto/aes-gcm-sealer.ts',
    'adapters/crypto/envelope.ts',
    'adapters/crypto/wrapped-data-key.ts',
  ]);
  expect(await filesWith(/\bcreateCipheriv\(/)).toEqual(['adapters/crypto/aes-256-gcm.ts']);
  expect(await filesWith(/keyring\.sealing\b/)).toEqual([
    'adapters/crypto/keyring-key-encryption.ts',
    'adapters/crypto/wrapped-data-key.ts',
  ]);
});
