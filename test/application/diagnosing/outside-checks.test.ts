import { err, ok } from 'neverthrow';
import { describe, expect, test } from 'vitest';
import { connectsFinding, tokensFinding } from '../../../src/application/diagnosing/connect-checks.ts';
import { cookiesFinding } from '../../../src/application/diagnosing/cookie-checks.ts';
import { credentialsFinding } from '../../../src/application/diagnosing/credential-checks.ts';
import { identityFinding } from '../../../src/application/diagnosing/identity-checks.ts';
import { databaseRightsFinding, storeRightsFinding } from '../../../src/application/diagnosing/rights-checks.ts';
import { unavailable } from '../../../src/application/failures.ts';
import { containing } from '../../adapters/cli/expected.ts';

const callback = 'https://connect.example.com/api/tiktok/auth/callback';
const away = unavailable('database', 'ECONNREFUSED');

describe('the cookie of a connect', () => {
  test.each([
    ['https://connect.example.com', callback, 'ok'],
    ['http://localhost:3000', 'http://localhost:4000/api/tiktok/auth/callback', 'ok'],
    ['https://www.connect.example.com', callback, 'fail'],
    ['http://localhost:3000', 'https://localhost:3000/api/tiktok/auth/callback', 'fail'],
    ['https://connect.example.com', 'https://connect.example.com/callback', 'warn'],
    ['https://connect.example.com', `${callback}/`, 'warn'],
  ])('from %s to %s is judged %s', (publicUrl, redirectUri, status) => {
    expect(cookiesFinding(publicUrl, redirectUri).status).toBe(status);
  });

  test('that stays behind is named by what a person sees', () => {
    expect(cookiesFinding('https://app.example.com', callback).detail).toContain('invalid_state');
  });
});

describe('the client key and its secret', () => {
  const tiktok = { code: 'invalid_client', message: 'Client key or secret is incorrect.', logId: 'log-1' };
  test('that TikTok refuses fail', () => {
    const found = credentialsFinding(err({ kind: 'TikTokMisconfigured', tiktok }));
    expect(found).toMatchObject({ status: 'fail', detail: containing('TIKTOK_CLIENT_SECRET (invalid_client)') });
    expect(found.remedy).toContain('developer portal');
  });

  test.each([
    ['TikTokRefused', { kind: 'TikTokRefused', tiktok: { ...tiktok, code: 'unsupported_grant_type' } }],
    ['TikTokTransient', { kind: 'TikTokTransient', tiktok: null, reason: 'the connection was refused' }],
    ['TikTokUnclear', { kind: 'TikTokUnclear', reason: 'no answer in time', logId: null }],
  ] as const)('that could not be tried for %s are a warning', (_, failure) => {
    expect(credentialsFinding(err(failure)).status).toBe('warn');
  });

  test('that TikTok knows are fine', () => {
    expect(credentialsFinding(ok(undefined)).status).toBe('ok');
  });
});

describe('the identity provider', () => {
  test.each([
    [ok({ keys: 2, usable: 1 }), 'ok'],
    [ok({ keys: 1, usable: 0 }), 'fail'],
    [ok({ keys: 0, usable: 0 }), 'fail'],
    [err('it answers with status 404'), 'fail'],
  ] as const)('with %o is judged %s', (keySet, status) => {
    expect(identityFinding('https://id.example.com/keys', keySet).status).toBe(status);
  });
});

describe('rights', () => {
  test('that the database role lacks fail by their names, the first of many', () => {
    expect(databaseRightsFinding(ok([])).status).toBe('ok');
    expect(databaseRightsFinding(ok(['insert events']))).toMatchObject({ status: 'fail', detail: 'The database role may not insert events.' });
    expect(databaseRightsFinding(ok(Array.from({ length: 8 }, (_, index) => `select t${index}`))).detail).toContain('select t4, and 3 more');
    expect(databaseRightsFinding(err(away)).status).toBe('fail');
  });

  test('that the store’s user lacks fail, and so does a store that is away', () => {
    expect(storeRightsFinding(ok([])).status).toBe('ok');
    expect(storeRightsFinding(ok(['read the whole log ($all)', 'append to streams'])).detail).toBe('The user of EVENT_STORE_URL may not read the whole log ($all), and may not append to streams.');
    expect(storeRightsFinding(err(unavailable('event_store', 'EventStoreDB is out of reach'))).status).toBe('fail');
  });
});

describe('what connects were refused for', () => {
  const refused = (code: string, tiktok: string | null, count = 1) => ok({ refused: [{ code, tiktok, count }], reauthorization: [], expired: 0 });
  test.each([
    ['token_exchange_failed', 'invalid_client', 'wrong client key or secret'],
    ['token_exchange_failed', 'invalid_redirect_uri', 'the redirect URI does not match'],
    ['access_denied', 'scope_not_authorized', 'a scope is not approved'],
    ['access_denied', 'invalid_scope', 'a scope is not approved'],
    ['missing_scopes', null, 'a scope was not granted'],
    ['invalid_state', null, 'the state did not match'],
  ])('%s with %s is told as: %s', (code, tiktok, words) => {
    const found = connectsFinding(refused(code, tiktok, 3));
    expect(found).toMatchObject({ status: 'warn', detail: containing(`3 times because ${words}`) });
    expect(found.remedy).not.toBe('');
  });

  test('is left alone where a person decided it', () => {
    expect(connectsFinding(refused('access_denied', 'access_denied')).status).toBe('ok');
    expect(connectsFinding(refused('account_linked_to_another_user', null)).status).toBe('ok');
    expect(connectsFinding(err(away)).status).toBe('fail');
  });
});

test('expired tokens and lost consents are counted', () => {
  expect(tokensFinding(ok({ refused: [], reauthorization: [], expired: 0 })).status).toBe('ok');
  const found = tokensFinding(ok({ refused: [], reauthorization: [{ reason: 'refresh_rejected', count: 2 }], expired: 3 }));
  expect(found).toMatchObject({ status: 'warn', detail: "Of the connections 2 need the person's consent again (refresh_rejected); 3 have an access token that has expired and was not refreshed." });
});
