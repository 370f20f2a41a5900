import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { derivedKeyId } from '../../../src/adapters/crypto/keyring.ts';
import { parseKeyring } from '../../../src/adapters/crypto/keyring-setting.ts';
import { secret } from '../../../src/domain/values/secret.ts';

const bytes = Buffer.from(Array.from({ length: 32 }, (_, index) => 0xe0 + index));
const hex = bytes.toString('hex');
const base64 = bytes.toString('base64');
const characters = 'only-for-tests:32,characters-abc';

type Shown = readonly (readonly [id: string, hex: string])[];

/** The ids with the bytes in hex, or the sentences. */
const parsed = (text: string): Shown | readonly string[] =>
  parseKeyring(secret(text)).match(
    ({ keys }) => keys.map(({ id, key }): readonly [string, string] => [id, key.export().toString('hex')]),
    (problems) => problems,
  );

const unnamed: Shown = [[derivedKeyId(bytes), hex]];

describe('TIKTOK_TOKEN_ENCRYPTION_KEY', () => {
  it.each([
    ['64 hex digits', hex, unnamed],
    ['hex in capitals', hex.toUpperCase(), unnamed],
    ['base64', base64, unnamed],
    ['base64 without padding', base64.replace('=', ''), unnamed],
    ['base64url', bytes.toString('base64url'), unnamed],
    ['a line break at the end, as files have it', `${base64}\n`, unnamed],
    ['exactly 32 characters, commas and colons among them', characters, [[derivedKeyId(Buffer.from(characters)), Buffer.from(characters).toString('hex')]]],
    ['one named key', `main:${hex}`, [['main', hex]]],
    ['several named keys of several forms', `b:${base64}, a:${'x'.repeat(32)}`, [['b', hex], ['a', '78'.repeat(32)]]],
    ['a named key of 32 characters with a colon', `a:${'x:'.repeat(16)}`, [['a', '783a'.repeat(16)]]],
    ['one key under two names, to rename it', `new:${hex},old:${base64}`, [['new', hex], ['old', hex]]],
  ])('reads %s', (_, text, expected) => {
    expect(parsed(text)).toEqual(expected);
  });

  const entry = (place: number, rest: string): string => `Entry ${place} of TIKTOK_TOKEN_ENCRYPTION_KEY ${rest}`;
  const forms = '32 bytes as 64 hex digits, as base64, or exactly 32 characters';
  const notAKey = `TIKTOK_TOKEN_ENCRYPTION_KEY is not a key: give ${forms}, or several keys as id:key,id:key.`;
  const noId = 'has no id: write id:key for each of several keys, and a key that contains a comma as hex or base64.';
  const badId = 'needs an id of 1 to 64 letters, digits, "-" or "_" before its colon.';
  const badKey = `needs a key of ${forms} behind its colon.`;

  it.each([
    ['nothing', '', [`TIKTOK_TOKEN_ENCRYPTION_KEY is empty: give ${forms}.`]],
    ['a lone line break', '\n', [`TIKTOK_TOKEN_ENCRYPTION_KEY is empty: give ${forms}.`]],
    ['31 characters', 'x'.repeat(31), [notAKey]],
    ['33 characters', 'x'.repeat(33), [notAKey]],
    ['32 characters of more than 32 bytes', 'é'.repeat(32), [notAKey]],
    ['63 hex digits', hex.slice(1), [notAKey]],
    ['base64 of 31 bytes', bytes.subarray(1).toString('base64'), [notAKey]],
    ['base64 whose last character holds stray bits', `${base64.slice(0, 42)}${base64[42] === '9' ? '8' : '9'}=`, [notAKey]],
    ['a list without ids', `${hex},${hex}`, [entry(1, noId), entry(2, noId)]],
    ['an empty entry', `a:${hex},`, [entry(2, noId)]],
    ['an empty id', `:${hex}`, [entry(1, badId)]],
    ['an id with a blank', `a b:${hex}`, [entry(1, badId)]],
    ['a key that is too short', `a:${hex},b:abc`, [entry(2, badKey)]],
    ['every problem of a list', `a b:${hex},b:abc,${hex}`, [entry(1, badId), entry(2, badKey), entry(3, noId)]],
    ['one id twice', `a:${hex},a:${base64}`, ['TIKTOK_TOKEN_ENCRYPTION_KEY names two keys with one id: entry 2 repeats an earlier one.']],
  ])('refuses %s', (_, text, expected) => {
    expect(parsed(text)).toEqual(expected);
  });

  it('seals with the first key of a list', () => {
    const keyring = parseKeyring(secret(`new:${hex},old:${'x'.repeat(32)}`));
    expect(keyring.map(({ sealing }) => sealing.id).unwrapOr('refused')).toBe('new');
  });

  it('finds a key that has got a name also by the id it had without one', () => {
    const ids = parseKeyring(secret(`new:${'x'.repeat(32)},old:${hex}`)).map((keyring) =>
      ['old', derivedKeyId(bytes), 'unknown'].map((id) => keyring.find(id)?.id ?? null),
    );
    expect(ids.unwrapOr([])).toEqual(['old', 'old', null]);
  });

  it('tells apart the ids of unnamed keys, and repeats them', () => {
    const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((array) => Buffer.from(array));
    fc.assert(fc.property(key, key, (a, b) => (derivedKeyId(a) === derivedKeyId(b)) === a.equals(b)));
  });

  it('shows no part of the setting, neither in its sentences nor when the keyring is printed', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[!-~]{8,80}$/), (text) => {
        const result = parseKeyring(secret(text));
        const printed = `${inspect(result, { depth: 9, showHidden: true })}${JSON.stringify(result)}`;
        const secretPart = text.split(':').at(-1) ?? text;
        expect(secretPart.length < 8 || !printed.includes(secretPart)).toBe(true);
        expect(printed).not.toContain(Buffer.from(text).toString('hex'));
      }),
    );
    const keyring = parseKeyring(secret(`a:${hex}`));
    expect(inspect(keyring, { depth: 9, showHidden: true })).not.toMatch(/e0\W{0,2}e1/);
    expect(JSON.stringify(keyring)).not.toContain(hex);
  });
});
