import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startIdentityProvider, type IdentityProvider } from '../support/identity-provider.ts';
import { killLeftovers, runCommand } from '../support/service-process.ts';
import { outcomeOf, wirePerson, type WirePerson } from '../support/wire-person.ts';
import type { Wire } from '../support/wire.ts';
import { createWireWorld, type Replica, type WireWorld } from '../support/wire-world.ts';

const publicUrl = 'https://connect.example';
const audience = 'tiktok';

let world: WireWorld;
let provider: IdentityProvider;
let service: Replica;
let people = 0;

beforeAll(async () => {
  provider = await startIdentityProvider();
  world = await createWireWorld({
    NODE_ENV: 'production',
    PUBLIC_URL: publicUrl,
    TIKTOK_TOKEN_ENCRYPTION_KEY: 'made-up-key-of-32-characters-000',
    AUTH_ISSUER: provider.issuer,
    AUTH_AUDIENCE: audience,
  });
  await world.tiktok.changeApp(world.simulator.app.clientKey, { redirect_uris: [`${publicUrl}/api/tiktok/auth/callback`] });
  service = await world.start({ AUTH_JWKS_URL: provider.jwksUrl.href });
});
afterAll(async () => {
  await killLeftovers();
  await world.close();
  await provider.stop();
});

const browserWith = (wire: Wire, token: string): WirePerson => wirePerson(wire, world.tiktok, { __session: token }, publicUrl);
const readsWith = async (headers: Readonly<Record<string, string>>, wire = service.wire): Promise<number> =>
  (await wire.call({ url: '/api/tiktok/user/info', headers })).status;

const somebody = async (): Promise<string> => {
  const name = `user-${(people += 1)}`;
  await world.tiktok.addAccount(name);
  return name;
};

describe('in production an end user', () => {
  it('connects and disconnects with the token of the identity provider in a cookie', async () => {
    const user = await somebody();
    const browser = browserWith(service.wire, await provider.token({ sub: user }));
    const begun = await browser.call({ url: '/api/tiktok/auth/authorize' });
    expect(begun.setCookies).toEqual([expect.stringMatching(/^__Host-tiktok_oauth_\d+=[\w-]{43}; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/)]);
    const answer = await browser.comeBack(await world.tiktok.decide(begun.location().href, { account: user }));
    expect(answer.location().href).toBe(`${publicUrl}/dashboard/account?tiktok_success=true`);
    expect(answer.headers['strict-transport-security']).toMatch(/^max-age=\d+/);
    expect(await browser.connections()).toMatchObject([{ user_id: user, status: 'active' }]);
    expect((await browser.unbind()).status).toBe(200);
  });

  it('may come back with a token that ended up to ten minutes ago, but do nothing else with it', async () => {
    const user = await somebody();
    const browser = browserWith(service.wire, await provider.token({ sub: user }));
    const callback = await world.tiktok.decide(await browser.begin(), { account: user });
    browser.cookies.set('__session', await provider.token({ sub: user }, -590));
    expect((await browser.call({ url: '/api/tiktok/user/info' })).status).toBe(401);
    expect(outcomeOf(await browser.call({ url: '/api/tiktok/auth/authorize' }))).toBe('session_expired');
    expect(outcomeOf(await browser.comeBack(callback))).toBe('success');
  });

  it('has to sign in again when it ended longer ago, or belongs to somebody else', async () => {
    const user = await somebody();
    const browser = browserWith(service.wire, await provider.token({ sub: user }));
    const late = await world.tiktok.decide(await browser.begin(), { account: user });
    const foreign = await world.tiktok.decide(await browser.begin('?add_account=1'), { account: user });
    browser.cookies.set('__session', await provider.token({ sub: user }, -620));
    expect(outcomeOf(await browser.comeBack(late))).toBe('session_expired');
    browser.cookies.set('__session', await provider.token({ sub: 'somebody-else' }));
    expect(outcomeOf(await browser.comeBack(foreign))).toBe('session_expired');
    expect(await world.tiktok.countCalls({ endpoint: 'token.code', account: user })).toBe(0);
  });

  it('is nobody by the principals of development', async () => {
    for (const headers of [{}, { 'x-dev-user': 'ada' }, { cookie: 'dev_user=ada' }, { authorization: 'Bearer dev' }]) {
      expect(await readsWith(headers), JSON.stringify(headers)).toBe(401);
    }
    expect((await service.wire.call({ url: '/v1/connections', headers: { authorization: 'Bearer dev' } })).status).toBe(401);
    expect(outcomeOf(await service.wire.call({ url: '/api/tiktok/auth/authorize', headers: { 'x-dev-user': 'ada' } }))).toBe('session_expired');
    expect((await service.wire.call({ url: '/metrics' })).status).toBe(404);
  });

  it('is nobody by a token that is forged, of another issuer, for another audience, or without a name', async () => {
    const tokens = [
      await provider.forged({ sub: 'ada' }),
      await provider.token({ sub: 'ada', iss: 'https://attacker.example' }),
      await provider.token({ sub: 'ada', aud: 'another-application' }),
      await provider.token({}),
      `${btoa('{"alg":"none"}')}.${btoa('{"sub":"ada","iss":"https://identity.example","aud":"tiktok","exp":99999999999}')}.`,
      'made-up',
    ];
    for (const token of tokens) {
      expect(await readsWith({ authorization: `Bearer ${token}` })).toBe(401);
      expect(await readsWith({ cookie: `__session=${token}` })).toBe(401);
    }
  });

  it('cannot be written for by a page of another origin', async () => {
    const cookie = `__session=${await provider.token({ sub: 'ada' })}`;
    for (const headers of [{ cookie }, { cookie, origin: 'https://attacker.example' }, { cookie, origin: 'null' }, { cookie, origin: service.url }]) {
      expect((await service.wire.call({ method: 'POST', url: '/api/tiktok/unbind', headers, body: {} })).status).toBe(403);
    }
    const form = { cookie, origin: publicUrl, 'content-type': 'text/plain' };
    expect((await service.wire.call({ method: 'POST', url: '/api/tiktok/unbind', headers: form, body: '{}' })).status).toBe(403);
  });
});

describe('in production a backend', () => {
  it('calls with an API key of the command line, as far as its scopes go', async () => {
    const made = await runCommand(world.environment, ['keys', 'create', '--name', 'backend', '--scopes', 'connections:read']);
    expect(made.code).toBe(0);
    expect(made.output).toMatch(/^tck_[0-9a-f]{16}_[\w-]{43}\n$/);
    const headers = { authorization: `Bearer ${made.output.trim()}` };
    expect((await service.wire.call({ url: '/v1/connections', headers })).status).toBe(200);
    expect((await service.wire.call({ method: 'POST', url: '/v1/connect-sessions', headers, body: { user_id: 'ada' } })).status).toBe(403);
    expect(await readsWith(headers)).toBe(403);
    expect(await readsWith({ authorization: `Bearer ${made.output.trim().slice(0, -1)}` })).toBe(401);
  });
});

it('without an identity provider production starts, and end users are nobody', async () => {
  const { AUTH_ISSUER: _, AUTH_AUDIENCE: __, ...rest } = world.environment;
  const alone = await world.start({ ...rest, AUTH_ISSUER: '', AUTH_AUDIENCE: '' });
  expect(await readsWith({ authorization: `Bearer ${await provider.token({ sub: 'ada' })}` }, alone.wire)).toBe(401);
  expect(await readsWith({ 'x-dev-user': 'ada' }, alone.wire)).toBe(401);
  expect(await alone.stop()).toBe(0);
});

it('a new key of the identity provider is taken up without a restart, and a withdrawn one is no good', async () => {
  const user = await somebody();
  const withOld = await provider.token({ sub: user });
  expect(await readsWith({ cookie: `__session=${withOld}` })).toBe(200);
  await provider.rotate({ dropOld: true });
  const withNew = await provider.token({ sub: user });
  await expect.poll(() => readsWith({ cookie: `__session=${withNew}` }), { timeout: 45_000, interval: 250 }).toBe(200);
  expect(await readsWith({ cookie: `__session=${withOld}` })).toBe(401);
});
