import { expect, it } from 'vitest';
import type { Environment } from '../../src/composition/settings/environment.ts';
import { readSettings } from '../../src/composition/settings/read-settings.ts';
import { warningsOf } from '../../src/composition/settings/warnings.ts';

const production = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://connect.example.com',
  DATABASE_URL: 'postgres://service:made-up@db.example.com/app',
  TIKTOK_CLIENT_KEY: 'aw-made-up-key',
  TIKTOK_CLIENT_SECRET: 'made-up-secret',
  TIKTOK_TOKEN_ENCRYPTION_KEY: '00'.repeat(32),
};

const settingsOf = (environment: Environment) => readSettings(environment)._unsafeUnwrap();

it.each([
  ['600/1m', { requests: 600, windowMillis: 60_000 }],
  ['1/1s', { requests: 1, windowMillis: 1_000 }],
  ['999999999/1d', { requests: 999_999_999, windowMillis: 86_400_000 }],
  ['off', null],
])('RATE_LIMIT takes %s for how often a caller may ask', (text, expected) => {
  expect(settingsOf({ RATE_LIMIT: text }).rateLimit).toEqual(expected);
});

it('each caller may ask 600 times a minute unless told otherwise', () => {
  expect(settingsOf({}).rateLimit).toEqual({ requests: 600, windowMillis: 60_000 });
  expect(settingsOf({ RATE_LIMIT: '' }).rateLimit).toEqual({ requests: 600, windowMillis: 60_000 });
});

it.each(['600', '600/', '/1m', '0/1m', '-1/1m', '600/0m', '600/1', '600/1w', '600/25h', '6e2/1m', '600 / 1m', '600/1m/1m', '1000000000/1m', 'none'])('RATE_LIMIT refuses %s in one sentence', (text) => {
  expect(readSettings({ RATE_LIMIT: text })._unsafeUnwrapErr()).toEqual(['RATE_LIMIT must be a number of requests and a time of at most 1d, e.g. 600/1m, or off.']);
});

it('the start warns of a production without a rate limit', () => {
  const unlimited = { ...production, AUTH_JWKS_URL: 'https://id.example.com/keys', AUTH_ISSUER: 'https://id.example.com', AUTH_AUDIENCE: 'app', RATE_LIMIT: 'off' };
  expect(warningsOf(settingsOf(unlimited))).toEqual([expect.stringContaining('RATE_LIMIT is off')]);
  expect(warningsOf(settingsOf({ ...unlimited, RATE_LIMIT: '600/1m' }))).toEqual([]);
});
