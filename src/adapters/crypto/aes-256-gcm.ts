import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';

const algorithm = 'aes-256-gcm';

/** Bytes of an initialisation vector. Random ones are safe for 2³² messages under one key (NIST SP 800-38D §8.3). */
export const ivBytes = 12;
export const tagBytes = 16;

/** @returns ciphertext followed by the tag */
export const encrypt = (key: KeyObject, iv: Buffer, plain: Buffer, associated: Buffer): Buffer => {
  const cipher = createCipheriv(algorithm, key, iv, { authTagLength: tagBytes });
  cipher.setAAD(associated);
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
};

/**
 * @param ciphertext as `encrypt` gave it
 * @returns null unless key, iv, ciphertext, tag and associated data are those of one encryption
 */
export const decrypt = (key: KeyObject, iv: Buffer, ciphertext: Buffer, associated: Buffer): Buffer | null => {
  const end = ciphertext.length - tagBytes;
  if (end < 0 || iv.length !== ivBytes) return null;
  const decipher = createDecipheriv(algorithm, key, iv, { authTagLength: tagBytes });
  decipher.setAAD(associated);
  decipher.setAuthTag(ciphertext.subarray(end));
  const plain = decipher.update(ciphertext.subarray(0, end));
  try {
    decipher.final();
  } catch {
    plain.fill(0);
    return null;
  }
  return plain;
};
