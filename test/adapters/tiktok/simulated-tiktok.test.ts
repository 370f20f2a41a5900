import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startSimulator, type Simulator } from '../../../simulator/simulator.ts';
import { createGuardedDispatcher } from '../../../src/adapters/outbound/guarded-dispatcher.ts';
import type { PkceMode } from '../../../src/adapters/tiktok/pkce.ts';
import { createTikTokClient } from '../../../src/adapters/tiktok/tiktok-client.ts';
import { clientKey } from '../../../src/domain/values/ids.ts';
import { scope } from '../../../src/domain/values/scopes.ts';
import { secret, type Secret } from '../../../src/domain/values/secret.ts';
import { codeVerifier } from './client-setup.ts';

const callbackAnswer = z.object({ callback_url: z.url() });
const asked = [scope('user.info.basic'), scope('video.publish')];

let simulator: Simulator;
const dispatchers: { destroy(): Promise<void> }[] = [];

beforeAll(async () => {
  simulator = await startSimulator({ quiet: true });
});

afterAll(async () => {
  for (const dispatcher of dispatchers) await dispatcher.destroy();
  await simulator.stop();
});

const clientWith = (pkce: PkceMode, clientSecret = simulator.app.clientSecret) => {
  const dispatcher = createGuardedDispatcher({ exemptOrigins: [simulator.apiUrl] });
  dispatchers.push(dispatcher);
  return createTikTokClient({
    clientKey: clientKey(simulator.app.clientKey),
    clientSecret: secret(clientSecret),
    redirectUri: 'http://127.0.0.1:3000/api/tiktok/auth/callback',
    pkce,
    authorizeUrl: simulator.authorizeUrl,
    apiUrl: simulator.apiUrl,
    dispatcher,
  });
};

/** The code that TikTok's page sends the browser back with. */
const consent = async (authorizeUrl: Secret<string>, scopes: readonly string[] = asked): Promise<Secret<string>> => {
  const body = JSON.stringify({ url: authorizeUrl.reveal(), scopes });
  const headers = { 'content-type': 'application/json' };
  const answer = await request(`${simulator.controlUrl}/authorize`, { method: 'POST', headers, body });
  const { callback_url } = callbackAnswer.parse(await answer.body.json());
  return secret(new URL(callback_url).searchParams.get('code') ?? '');
};

describe('with the simulated TikTok', () => {
  it('a code becomes tokens, tokens a profile, and a revoked token neither', async () => {
    const client = clientWith('hex');
    const verifier = secret(codeVerifier);
    const code = await consent(client.authorizeUrl({ state: secret('made-up-state'), scopes: asked, codeVerifier: verifier, disableAutoAuth: false }));

    const tokens = await client.exchangeCode(code, verifier);
    if (tokens.isErr()) throw new Error(JSON.stringify(tokens.error));
    const { accessToken, openId, scopes, expiresIn } = tokens.value;
    expect(scopes).toEqual(asked);
    expect(expiresIn).toBeGreaterThan(0);

    const profile = await client.userInfo(accessToken, scopes);
    expect(profile.map(({ open_id }) => open_id).unwrapOr(null)).toBe(openId);

    expect((await client.exchangeCode(code, verifier)).mapErr(({ kind }) => kind)).toMatchObject({ error: 'TikTokRefused' });
    expect((await client.revoke(accessToken, 5_000)).isOk()).toBe(true);
    expect((await client.userInfo(accessToken, scopes)).mapErr(({ kind }) => kind)).toMatchObject({ error: 'TikTokRefused' });
  });

  it('a person who unticks a scope is asked for nothing that it gives', async () => {
    const client = clientWith('hex');
    const verifier = secret(codeVerifier);
    const request = { state: secret('made-up-state'), scopes: [...asked, scope('user.info.profile')], codeVerifier: verifier, disableAutoAuth: true };
    const tokens = await client.exchangeCode(await consent(client.authorizeUrl(request), ['user.info.basic']), verifier);
    const profile = await tokens.asyncAndThen(({ accessToken, scopes }) => client.userInfo(accessToken, scopes));
    expect(profile.map(({ username }) => username).unwrapOr('refused')).toBeNull();
  });

  it('a wrong client secret is a matter of configuration', async () => {
    const client = clientWith('hex', 'another-made-up-secret');
    const answer = await client.exchangeCode(secret('made-up-code'), secret(codeVerifier));
    expect(answer.mapErr(({ kind }) => kind)).toMatchObject({ error: 'TikTokMisconfigured' });
  });

  it('a wrong code verifier is refused', async () => {
    const client = clientWith('hex');
    const code = await consent(client.authorizeUrl({ state: secret('s'), scopes: asked, codeVerifier: secret(codeVerifier), disableAutoAuth: true }));
    const answer = await client.exchangeCode(code, secret('x'.repeat(43)));
    expect(answer.mapErr(({ kind }) => kind)).toMatchObject({ error: 'TikTokRefused' });
  });
});
