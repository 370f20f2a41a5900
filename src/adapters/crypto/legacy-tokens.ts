import { createDecipheriv, createSecretKey } from 'node:crypto';
import { err, ok, type Result } from 'neverthrow';
import type { LegacyTokens } from '../../application/ports/legacy-connections.ts';
import { secret, type Secret } from '../../domain/values/secret.ts';
import { keyForms, keyOfText } from './key-text.ts';

/** Sixteen bytes of initialisation vector, then whole blocks, both in hex. */
const ivAndBlocks = /^([0-9a-f]{32}):((?:[0-9a-f]{32})+)$/i;
const longest = 16_384;

/** What TikTok hands out. CBC proves nothing, so this and the padding are all that tells the right key from another. */
const token = /^[\x21-\x7e]{1,4096}$/;

const decrypted = (key: ReturnType<typeof createSecretKey>, iv: string, blocks: string): string | null => {
  try {
    const decipher = createDecipheriv('aes-256-cbc', key, Buffer.from(iv, 'hex'));
    return Buffer.concat([decipher.update(blocks, 'hex'), decipher.final()]).toString('latin1');
  } catch {
    return null;
  }
};

/**
 * Opens AES-256-CBC tokens written as `iv:hex`. Apart from the sealing: nothing is ever written in this form.
 * @param keyText 32 bytes as 64 hex digits, as base64, or exactly 32 characters; a line break at its end is ignored
 * @returns on error a sentence that shows no part of the key
 */
export const createLegacyTokens = (keyText: Secret<string>): Result<LegacyTokens, string> => {
  const bytes = keyOfText(keyText.reveal().replace(/\r?\n$/, ''));
  if (bytes === null) return err(`The legacy key file holds no key: it takes ${keyForms}.`);
  const key = createSecretKey(bytes);
  return ok({
    open: (encrypted) => {
      const text = encrypted.reveal();
      const [, iv, blocks] = (text.length <= longest ? ivAndBlocks.exec(text) : null) ?? [];
      if (iv === undefined || blocks === undefined) return err('token_not_encrypted');
      const plain = decrypted(key, iv, blocks);
      return plain !== null && token.test(plain) ? ok(secret(plain)) : err('token_not_opened');
    },
  });
};
