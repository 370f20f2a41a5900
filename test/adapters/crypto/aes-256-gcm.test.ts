import { createSecretKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decrypt, encrypt, ivBytes, tagBytes } from '../../../src/adapters/crypto/aes-256-gcm.ts';
import { knownAnswers } from './known-answers.ts';

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');

describe('AES-256-GCM', () => {
  it.each(knownAnswers)('gives the published figures of $source', ({ key, iv, plain, associated, ciphertext, tag }) => {
    const secretKey = createSecretKey(bytes(key));
    const sealed = encrypt(secretKey, bytes(iv), bytes(plain), bytes(associated));
    expect(sealed.toString('hex')).toBe(ciphertext + tag);
    expect(decrypt(secretKey, bytes(iv), sealed, bytes(associated))?.toString('hex')).toBe(plain);
  });

  it.each(knownAnswers)('refuses $source with any other tag, associated data, vector or key', (answer) => {
    const sealed = bytes(answer.ciphertext + answer.tag);
    const associated = bytes(answer.associated);
    const key = createSecretKey(bytes(answer.key));
    const iv = bytes(answer.iv);
    const otherTag = Buffer.from(sealed);
    otherTag.writeUInt8(otherTag.readUInt8(otherTag.length - 1) ^ 1, otherTag.length - 1);
    expect(decrypt(key, iv, otherTag, associated)).toBeNull();
    expect(decrypt(key, iv, sealed, Buffer.concat([associated, bytes('00')]))).toBeNull();
    expect(decrypt(key, Buffer.alloc(ivBytes, 0xaa), sealed, associated)).toBeNull();
    expect(decrypt(createSecretKey(Buffer.alloc(32, 0xaa)), iv, sealed, associated)).toBeNull();
  });

  it('refuses a short tag, which would be easy to guess', () => {
    const key = createSecretKey(Buffer.alloc(32, 1));
    const iv = Buffer.alloc(ivBytes, 2);
    const sealed = encrypt(key, iv, Buffer.alloc(0), Buffer.alloc(0));
    for (let length = 0; length < tagBytes; length += 1) {
      expect(decrypt(key, iv, sealed.subarray(0, length), Buffer.alloc(0))).toBeNull();
    }
  });
});
