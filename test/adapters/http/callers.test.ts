import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createUserTokenVerifier } from '../../../src/adapters/http/principals/jwks-user-tokens.ts';
import { createApiKeys } from '../../../src/adapters/postgres/postgres-api-keys.ts';
import { systemClock } from '../../../src/adapters/system/system-clock.ts';
import { apiScopes, type ApiScope } from '../../../src/application/execution/principal.ts';
import { createApiKey, revokeApiKey, type ApiKeyPorts } from '../../../src/application/keys/api-keys.ts';
import { problemIn, type Call, type TestHttp } from '../../support/http-app.ts';
import { createPerson, leadsTo } from '../../support/http-person.ts';
import { createHttpWorld, type HttpWorld } from '../../support/http-world.ts';
import { startIdentityProvider, type IdentityProvider } from '../../support/identity-provider.ts';

const list = '/v1/connections';
const info = '/api/tiktok/user/info';
const unbind = '/api/tiktok/unbind';

describe('callers in production', () => {
  let world: HttpWorld;
  let provider: IdentityProvider;
  let http: TestHttp;

  const outcome = async (options: Call): Promise<string> => {
    const answer = await http.call(options);
    return answer.statusCode < 400 ? String(answer.statusCode) : problemIn(answer).code;
  };
  const keyPorts = (): ApiKeyPorts => ({
    apiKeys: createApiKeys(world.database.pool, systemClock),
    ids: world.parts.ids,
    securityLog: world.parts.completing.securityLog,
  });
  const keyWith = async (...scopes: readonly ApiScope[]) => {
    const made = await createApiKey(keyPorts(), 'test', scopes, 'test');
    if (made.isErr()) throw new Error(made.error.reason);
    return { id: made.value.key.id, authorization: `Bearer ${made.value.presented.reveal()}` };
  };

  beforeAll(async () => {
    [world, provider] = await Promise.all([createHttpWorld(), startIdentityProvider()]);
    const verifyUserToken = createUserTokenVerifier({
      jwksUrl: provider.jwksUrl,
      issuer: provider.issuer,
      audience: 'tiktok',
      fetch: (url, options) => fetch(url, options),
    });
    http = await world.another({ verifyUserToken });
  });

  afterAll(async () => {
    await world.close();
    await provider.stop();
  });

  it('are refused without proof', async () => {
    expect(await outcome({ url: list })).toBe('unauthenticated');
    const answer = await http.call({ url: info });
    expect(answer.statusCode).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });

  it('cannot use what development knows', async () => {
    expect(await outcome({ url: info, headers: { 'x-dev-user': 'ada' } })).toBe('unauthenticated');
    expect(await outcome({ url: info, cookies: { dev_user: 'ada' } })).toBe('unauthenticated');
    expect(await outcome({ url: list, headers: { authorization: 'Bearer dev' } })).toBe('unauthenticated');
  });

  it('are end users by a token in the header or in the cookie', async () => {
    const token = await provider.token({ sub: 'ada' });
    expect(await outcome({ url: info, headers: { authorization: `Bearer ${token}` } })).toBe('200');
    expect(await outcome({ url: info, headers: { authorization: `bearer ${token}` } })).toBe('200');
    expect(await outcome({ url: info, cookies: { __session: token } })).toBe('200');
    expect(await outcome({ url: list, headers: { authorization: `Bearer ${token}` } })).toBe('200');
  });

  it('are not saved by a good cookie beside a bad header', async () => {
    const cookies = { __session: await provider.token({ sub: 'ada' }) };
    expect(await outcome({ url: info, headers: { authorization: 'Bearer nonsense' }, cookies })).toBe('unauthenticated');
    expect(await outcome({ url: info, headers: { authorization: 'Basic YTpi' }, cookies })).toBe('unauthenticated');
  });

  it('are services by an API key that has the scope', async () => {
    const reader = await keyWith('connections:read');
    expect(await outcome({ url: list, headers: { authorization: reader.authorization } })).toBe('200');
    expect(
      await outcome({
        method: 'POST',
        url: '/v1/connect-sessions',
        headers: { authorization: reader.authorization },
        payload: { user_id: 'a' },
      }),
    ).toBe('forbidden');
    const admin = await keyWith('admin');
    expect(
      await outcome({
        method: 'POST',
        url: '/v1/connect-sessions',
        headers: { authorization: admin.authorization },
        payload: { user_id: 'a' },
      }),
    ).toBe('201');
    expect(await outcome({ url: info, headers: { authorization: admin.authorization } })).toBe('forbidden');
  });

  it('are told which scope the key lacks', async () => {
    const { authorization } = await keyWith(...apiScopes.filter((scope) => scope !== 'admin' && scope !== 'connections:read'));
    const answer = await http.call({ url: list, headers: { authorization } });
    expect(problemIn(answer)).toMatchObject({ code: 'forbidden', detail: 'The API key lacks the scope connections:read.' });
  });

  it('are refused with a revoked key, a changed secret, or a key that never was', async () => {
    const { id, authorization } = await keyWith('admin');
    const last = authorization.at(-1) === 'A' ? 'B' : 'A';
    expect(await outcome({ url: list, headers: { authorization: `${authorization.slice(0, -1)}${last}` } })).toBe('unauthenticated');
    expect(await outcome({ url: list, headers: { authorization: `Bearer tck_0000000000000000_${'a'.repeat(43)}` } })).toBe(
      'unauthenticated',
    );
    expect(await outcome({ url: list, headers: { authorization: 'Bearer tck_nonsense' } })).toBe('unauthenticated');
    const revoked = await revokeApiKey(keyPorts(), id, 'test');
    expect(revoked.isOk()).toBe(true);
    expect(await outcome({ url: list, headers: { authorization } })).toBe('unauthenticated');
  });

  it('are asked to come back when the identity provider cannot be reached', async () => {
    const away = createUserTokenVerifier({
      jwksUrl: provider.jwksUrl,
      issuer: null,
      audience: null,
      fetch: () => Promise.reject(new Error('no route')),
    });
    const cut = await world.another({ verifyUserToken: away });
    const answer = await cut.call({ url: info, headers: { authorization: `Bearer ${await provider.token({ sub: 'ada' })}` } });
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['retry-after']).toBe('2');
    const begun = await cut.call({ url: '/api/tiktok/auth/authorize', cookies: { __session: await provider.token({ sub: 'ada' }) } });
    expect(begun.headers.location).toBe('https://connect.example/dashboard/account?tiktok_error=unexpected_error');
  });

  it('may come back from TikTok up to ten minutes after their session has ended', async () => {
    const person = createPerson(http, { __session: await provider.token({ sub: 'slow' }) });
    const { search } = await world.consent((await person.begin()).href, { account: 'ada' });
    person.cookies.set('__session', await provider.token({ sub: 'slow' }, -500));
    expect(leadsTo(await person.call({ url: `/api/tiktok/auth/callback${search}` })).search).toBe('?tiktok_success=true');

    person.cookies.set('__session', await provider.token({ sub: 'slow' }));
    const state = (await person.begin()).searchParams.get('state') ?? '';
    person.cookies.set('__session', await provider.token({ sub: 'slow' }, -700));
    expect(leadsTo(await person.call({ url: `/api/tiktok/auth/callback?state=${state}&code=a` })).search).toBe(
      '?tiktok_error=session_expired',
    );
  });

  it.each([
    ['no Origin', { 'content-type': 'application/json' }],
    ['a foreign Origin', { 'content-type': 'application/json', origin: 'https://evil.example' }],
    ['an opaque Origin', { 'content-type': 'application/json', origin: 'null' }],
    ['an Origin that only begins like ours', { 'content-type': 'application/json', origin: 'https://connect.example.evil.example' }],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://connect.example' }],
    ['plain text', { 'content-type': 'text/plain', origin: 'https://connect.example' }],
  ])('cannot write by cookie with %s', async (_, headers) => {
    const answer = await http.call({
      method: 'POST',
      url: unbind,
      headers,
      payload: '{}',
      cookies: { __session: await provider.token({ sub: 'ada' }) },
    });
    expect(answer.statusCode).toBe(403);
    expect(problemIn(answer).code).toBe('forbidden');
  });

  it.each(['https://connect.example', 'https://app.example'])('can write by cookie from a page of %s', async (origin) => {
    const headers = { 'content-type': 'application/json; charset=utf-8', origin };
    expect(
      await outcome({
        method: 'POST',
        url: unbind,
        headers,
        payload: '{}',
        cookies: { __session: await provider.token({ sub: 'nobody' }) },
      }),
    ).toBe('200');
  });

  it.each(['evil.example', '10.0.0.1:3000'])('reach the service under any name, such as %s', async (host) => {
    expect((await http.app.inject({ url: info, headers: { host } })).statusCode).toBe(401);
  });

  it('can write by header from anywhere', async () => {
    const headers = { authorization: `Bearer ${await provider.token({ sub: 'nobody' })}`, origin: 'https://evil.example' };
    expect(await outcome({ method: 'POST', url: unbind, headers, payload: {} })).toBe('200');
  });

  it('are end users by no token at all where no identity provider is configured', async () => {
    const headers = { authorization: `Bearer ${await provider.token({ sub: 'ada' })}` };
    expect(problemIn(await world.http.call({ url: info, headers })).code).toBe('unauthenticated');
  });
});
