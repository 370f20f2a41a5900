import { SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createUserTokenVerifier } from '../../../src/adapters/http/principals/jwks-user-tokens.ts';
import type { VerifyUserToken } from '../../../src/adapters/http/principals/user-token.ts';
import { secret } from '../../../src/domain/values/secret.ts';
import { startIdentityProvider, type IdentityProvider } from '../../support/identity-provider.ts';

describe("the identity provider's tokens", () => {
  let provider: IdentityProvider;
  let verify: VerifyUserToken;

  const verifier = (cooldownMillis: number): VerifyUserToken =>
    createUserTokenVerifier({
      jwksUrl: provider.jwksUrl,
      issuer: provider.issuer,
      audience: 'tiktok',
      fetch: (url, options) => fetch(url, options),
      cooldownMillis,
    });
  const outcome = async (token: string, pastEndSeconds = 0): Promise<string> =>
    (await verify(secret(token), pastEndSeconds)).match(
      (user) => user,
      (failure) => (failure.kind === 'Unauthenticated' ? failure.reason : failure.kind),
    );

  beforeEach(async () => {
    provider = await startIdentityProvider();
    verify = verifier(0);
  });

  afterEach(() => provider.stop());

  it('prove the user named by sub', async () => {
    expect(await outcome(await provider.token({ sub: 'user_2a' }))).toBe('user_2a');
  });

  it('are verified without asking for the keys each time', async () => {
    await outcome(await provider.token({ sub: 'a' }));
    await outcome(await provider.token({ sub: 'b' }));
    expect(provider.fetches()).toBe(1);
  });

  it('are accepted with a new key at once, and with the old one while it is published', async () => {
    const old = await provider.token({ sub: 'early' });
    expect(await outcome(old)).toBe('early');
    await provider.rotate({ alg: 'RS256' });
    expect(await outcome(await provider.token({ sub: 'late' }))).toBe('late');
    expect(await outcome(old)).toBe('early');
    expect(provider.fetches()).toBe(2);
  });

  it('are refused once their key is no longer published and the keys were fetched again', async () => {
    const old = await provider.token({ sub: 'early' });
    await provider.rotate({ dropOld: true });
    expect(await outcome(await provider.token({ sub: 'late' }))).toBe('late');
    expect(await outcome(old)).toBe('The token is not signed by the identity provider.');
  });

  it('cannot make us fetch keys without end', async () => {
    verify = verifier(60_000);
    await outcome(await provider.token({ sub: 'a' }));
    await provider.rotate({ dropOld: true });
    for (let attempt = 0; attempt < 5; attempt += 1) await outcome(await provider.token({ sub: 'a' }));
    expect(provider.fetches()).toBe(1);
  });

  it.each([
    ['another issuer', { sub: 'a', iss: 'https://evil.example' }, 'The token\'s claim "iss" does not fit.'],
    ['another audience', { sub: 'a', aud: 'elsewhere' }, 'The token\'s claim "aud" does not fit.'],
    ['no sub', {}, 'The token\'s claim "sub" does not fit.'],
    ['an empty sub', { sub: '' }, 'The token\'s claim "sub" is no user id.'],
    ['a sub that the database cannot keep', { sub: 'a\u0000' }, 'The token\'s claim "sub" is no user id.'],
    ['a beginning in the future', { sub: 'a', nbf: 9_999_999_999 }, 'The token\'s claim "nbf" does not fit.'],
  ])('are refused with %s', async (_, claims, reason) => {
    expect(await outcome(await provider.token(claims))).toBe(reason);
  });

  it('are refused past their end, but for the minutes that the callback allows', async () => {
    const token = await provider.token({ sub: 'a' }, -500);
    expect(await outcome(token)).toBe('The token has expired.');
    expect(await outcome(token, 600)).toBe('a');
    expect(await outcome(await provider.token({ sub: 'a' }, -700), 600)).toBe('The token has expired.');
    expect(await outcome(await provider.token({ sub: 'a' }, -601), 600)).toBe('The token has expired.');
    expect(await outcome(await provider.token({ sub: 'a' }, -2))).toBe('a');
  });

  it('are refused when another key has signed', async () => {
    expect(await outcome(await provider.forged({ sub: 'a' }))).toBe('The token is not signed by the identity provider.');
  });

  it('are refused unsigned, signed by a shared secret, or malformed', async () => {
    const kind = 'The token is malformed or of a kind that is not accepted.';
    const unsigned = [{ alg: 'none' }, { sub: 'a', exp: 9_999_999_999 }]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    expect(await outcome(`${unsigned}.`)).toBe(kind);
    const shared = await new SignJWT({ sub: 'a', exp: 9_999_999_999 }).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.alloc(32));
    expect(await outcome(shared)).toBe(kind);
    expect(await outcome('not.a.token')).toBe(kind);
    expect(await outcome('nothing')).toBe(kind);
  });

  it('cannot be judged while the keys cannot be fetched, and can again afterwards', async () => {
    provider.answerWith(500);
    const token = await provider.token({ sub: 'a' });
    expect(await outcome(token)).toBe('IdentityProviderAway');
    provider.answerWith(200);
    expect(await outcome(token)).toBe('a');
  });
});
