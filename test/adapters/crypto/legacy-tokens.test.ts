import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLegacyTokens } from '../../../src/adapters/crypto/legacy-tokens.ts';
import { secret } from '../../../src/domain/values/secret.ts';
import { legacyEncrypted, legacyKey, otherLegacyKey } from '../../support/legacy-table.ts';

const tokens = createLegacyTokens(secret(legacyKey))._unsafeUnwrap();
const opened = (text: string): string => tokens.open(secret(text)).match((plain) => plain.reveal(), (reason) => reason);

// Made with `openssl enc -aes-256-cbc`, not with the code that the fixtures use.
const known = '000102030405060708090a0b0c0d0e0f:71732f40cc75d482183d6d7ef4f370aa7a52dec043b119863c01de5b4eaeecde';

describe('the key of an old table', () => {
  test.each([
    ['exactly 32 characters', legacyKey],
    ['64 hex digits', '6d6164652d75702d6c65676163792d6b65792d6f662d33322d6c657474657273'],
    ['64 hex digits in capitals', '6D6164652D75702D6C65676163792D6B65792D6F662D33322D6C657474657273'],
    ['base64', 'bWFkZS11cC1sZWdhY3kta2V5LW9mLTMyLWxldHRlcnM='],
    ['a line with its end', `${legacyKey}\r\n`],
  ])('is read as %s', (_, text) => {
    const read = createLegacyTokens(secret(text))._unsafeUnwrap();
    expect(read.open(secret(known))._unsafeUnwrap().reveal()).toBe('act.made-up-known-answer');
  });

  test.each(['', 'short', `${legacyKey}x`, '6d6164', `${legacyKey}\n${legacyKey}`])('is refused without showing any of it: %j', (text) => {
    const sentence = createLegacyTokens(secret(text))._unsafeUnwrapErr();
    expect(sentence).toContain('32 bytes as 64 hex digits, as base64, or exactly 32 characters');
    if (text !== '') expect(sentence).not.toContain(text);
  });
});

describe('a token as iv:hex', () => {
  test('opens to what was encrypted, for every token', () => {
    const token = fc.string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)), minLength: 1, maxLength: 600 });
    fc.assert(fc.property(token, (plain) => opened(legacyEncrypted(plain)) === plain));
  });

  test('opens in capitals too', () => {
    expect(opened(known.toUpperCase())).toBe('act.made-up-known-answer');
  });

  test.each([
    ['a token in clear', 'act.made-up-and-in-clear'],
    ['nothing', ''],
    ['a vector that is too short', known.slice(1)],
    ['half a block', known.slice(0, -16)],
    ['no ciphertext', known.slice(0, 33)],
    ['a third part', `${known}:00`],
    ['no hex', known.replace('71', 'zz')],
    ['a blank at its end', `${known} `],
    ['more than any token', `${known}${'00'.repeat(16 * 600)}`],
    ['a value that this service sealed', 's1.made-up.made-up'],
  ])('is not what it is taken for: %s', (_, text) => {
    expect(opened(text)).toBe('token_not_encrypted');
  });

  test('does not open when its padding is bad', () => {
    expect(opened(known.slice(0, -32))).toBe('token_not_opened');
  });

  test('does not open to anything but a token: empty text, blanks, other scripts', () => {
    for (const plain of ['', 'two words', 'Zoë', 'line\nbreak']) expect(opened(legacyEncrypted(plain))).toBe('token_not_opened');
  });

  test('never opens with another key', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9.!*]{16,200}$/), (plain) => opened(legacyEncrypted(plain, otherLegacyKey)) === 'token_not_opened'),
      { numRuns: 500 },
    );
  });
});
