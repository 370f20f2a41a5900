import { describe, expect, it } from 'vitest';
import { authorizeUrl } from '../../../src/adapters/tiktok/authorize-url.ts';
import { codeChallenge, type PkceMode } from '../../../src/adapters/tiktok/pkce.ts';
import type { AuthorizeRequest } from '../../../src/application/ports/tiktok.ts';
import { clientKey } from '../../../src/domain/values/ids.ts';
import { scope } from '../../../src/domain/values/scopes.ts';
import { secret } from '../../../src/domain/values/secret.ts';
import { clientSecret, codeVerifier, redirectUri } from './client-setup.ts';

const asked: AuthorizeRequest = {
  state: secret('made-up-state'),
  scopes: [scope('user.info.basic'), scope('video.publish')],
  codeVerifier: null,
  disableAutoAuth: false,
};

const page = 'https://www.tiktok.example/v2/auth/authorize/';

const urlFor = (pkce: PkceMode, request: Partial<AuthorizeRequest> = {}): URL => {
  const app = { clientKey: clientKey('made-up-key'), clientSecret: secret(clientSecret), redirectUri, pkce };
  return new URL(authorizeUrl(page, app, { ...asked, ...request }).reveal());
};

describe('the address of TikTok\'s authorize page', () => {
  it('carries client key, scopes, redirect address and state under TikTok\'s names', () => {
    const url = urlFor('off');
    expect(url.origin + url.pathname).toBe(page);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_key: 'made-up-key',
      scope: 'user.info.basic,video.publish',
      response_type: 'code',
      redirect_uri: redirectUri,
      state: 'made-up-state',
    });
  });

  it.each<PkceMode>(['off', 'hex', 'base64url'])('never carries the client secret or the code verifier (PKCE %s)', (pkce) => {
    const { href } = urlFor(pkce, { codeVerifier: secret(codeVerifier), disableAutoAuth: true });
    for (const value of [clientSecret, encodeURIComponent(clientSecret), new URLSearchParams({ s: clientSecret }).toString().slice(2), codeVerifier]) {
      expect(href).not.toContain(value);
    }
  });

  it.each<[PkceMode, string | null]>([
    ['off', null],
    ['hex', '2191116dffc428404194e502bb0cdd6fb59b1106202c923f0d22a0e4d6361c5a'],
    ['base64url', 'IZERbf_EKEBBlOUCuwzdb7WbEQYgLJI_DSKg5NY2HFo'],
  ])('carries the challenge as PKCE mode %s spells it', (pkce, challenge) => {
    const { searchParams } = urlFor(pkce, { codeVerifier: secret(codeVerifier) });
    expect(searchParams.get('code_challenge')).toBe(challenge);
    expect(searchParams.get('code_challenge_method')).toBe(challenge === null ? null : 'S256');
  });

  it('asks for the page itself only when told to', () => {
    expect(urlFor('off').searchParams.has('disable_auto_auth')).toBe(false);
    expect(urlFor('off', { disableAutoAuth: true }).searchParams.get('disable_auto_auth')).toBe('1');
  });

  it('does not print: it carries the state', () => {
    const app = { clientKey: clientKey('made-up-key'), clientSecret: secret(clientSecret), redirectUri, pkce: 'off' as const };
    expect(`${authorizeUrl(page, app, asked).toString()}`).toBe('[secret]');
  });

  it('spells the challenge of the example of RFC 7636, appendix B', () => {
    const verifier = secret('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk');
    expect(codeChallenge(verifier, 'base64url')).toBe('E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM');
  });
});
