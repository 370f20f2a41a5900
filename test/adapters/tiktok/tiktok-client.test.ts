import { afterEach, describe, expect, it } from 'vitest';
import { refreshRequest, tokenAnswer } from '../../../src/adapters/tiktok/token-endpoint.ts';
import { send } from '../../../src/adapters/tiktok/answer.ts';
import { clientKey } from '../../../src/domain/values/ids.ts';
import { scope } from '../../../src/domain/values/scopes.ts';
import { secret } from '../../../src/domain/values/secret.ts';
import { createGuardedDispatcher } from '../../../src/adapters/outbound/guarded-dispatcher.ts';
import { startScriptedServer, type Script } from '../../support/scripted-server.ts';
import * as made from './client-setup.ts';

const stopping: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stopping.splice(0)) await stop();
});

const rig = async (script: Script, ...rest: [pkce?: 'off' | 'hex', timeoutMillis?: number]): Promise<made.Rig> => {
  const started = await made.rig(script, ...rest);
  stopping.push(started.stop);
  return started;
};

const fieldsOf = (body: string): Record<string, string> => Object.fromEntries(new URLSearchParams(body));

describe('exchanging a code', () => {
  it('sends one form with exactly one Content-Type to the path with its slash', async () => {
    const { server, client } = await rig(made.answering(200, made.json(made.tokenBody)));
    expect((await client.exchangeCode(secret(made.code), null)).isOk()).toBe(true);
    const [request] = server.requests;
    expect(server.requests).toHaveLength(1);
    expect(request).toMatchObject({ method: 'POST', target: '/v2/oauth/token/' });
    expect(request?.headers.filter(([name]) => name === 'content-type')).toEqual([['content-type', 'application/x-www-form-urlencoded']]);
    expect(fieldsOf(request?.body ?? '')).toEqual({
      client_key: 'made-up-key',
      client_secret: made.clientSecret,
      code: made.code,
      grant_type: 'authorization_code',
      redirect_uri: made.redirectUri,
    });
  });

  it('sends the code verifier when PKCE is on', async () => {
    const { server, client } = await rig(made.answering(200, made.json(made.tokenBody)), 'hex');
    expect(client.usesPkce).toBe(true);
    expect((await client.exchangeCode(secret(made.code), secret(made.codeVerifier))).isOk()).toBe(true);
    expect(fieldsOf(server.requests[0]?.body ?? '')['code_verifier']).toBe(made.codeVerifier);
  });

  it('sends no code verifier when PKCE is off', async () => {
    const { server, client } = await rig(made.answering(200, made.json(made.tokenBody)));
    expect(client.usesPkce).toBe(false);
    expect((await client.exchangeCode(secret(made.code), secret(made.codeVerifier))).isOk()).toBe(true);
    expect(fieldsOf(server.requests[0]?.body ?? '')).not.toHaveProperty('code_verifier');
  });

  it('gives the tokens, the open_id as it is, and the scopes as a set', async () => {
    const { client } = await rig(made.answering(200, made.json(made.tokenBody, { scope: 'video.publish,user.info.basic,video.publish' }), { 'X-Tt-Logid': made.logId }));
    const answer = await client.exchangeCode(secret(made.code), null);
    expect(answer.map(({ accessToken, refreshToken, ...rest }) => ({ ...rest, tokens: [accessToken.reveal(), refreshToken.reveal()] })).unwrapOr(null)).toEqual({
      tokens: [made.accessToken, made.refreshToken],
      openId: '-000Made_UpOpenId',
      scopes: ['user.info.basic', 'video.publish'],
      expiresIn: 86_400,
      refreshExpiresIn: 31_536_000,
      logId: made.logId,
    });
  });

  it.each([
    ['refresh_expires_in is missing', { refresh_expires_in: undefined }],
    ['refresh_expires_in is null', { refresh_expires_in: null }],
    ['token_type is missing', { token_type: undefined }],
    ['token_type is in lower case', { token_type: 'bearer' }],
    ['token_type is in capitals', { token_type: 'BEARER' }],
    ['expires_in is one second', { expires_in: 1 }],
    ['expires_in is ten years', { expires_in: 315_360_000 }],
    ['there are fields we do not know', { description: '', captcha: '', code: 0 }],
    ['an empty error comes with the tokens', { error: '', error_description: '' }],
  ])('takes an answer where %s', async (_, changes) => {
    const { client } = await rig(made.answering(200, made.json(made.tokenBody, changes)));
    expect((await client.exchangeCode(secret(made.code), null)).isOk()).toBe(true);
  });

  it('judges by the shape and not by the status', async () => {
    const { client } = await rig(made.answering(500, made.json(made.tokenBody)));
    expect((await client.exchangeCode(secret(made.code), null)).isOk()).toBe(true);
  });

  it('makes one call, also when it fails', async () => {
    const { server, client } = await rig((socket) => socket.destroy());
    expect((await client.exchangeCode(secret(made.code), null)).isErr()).toBe(true);
    expect(server.requests).toHaveLength(1);
  });

  it('tells a call that never reached TikTok from one without an answer', async () => {
    const server = await startScriptedServer(() => undefined);
    await server.stop();
    const { client, dispatcher } = made.clientFor(server.origin);
    stopping.push(() => dispatcher.destroy());
    const answer = await client.exchangeCode(secret(made.code), null);
    expect(answer.isErr() && answer.error).toEqual({ kind: 'TikTokTransient', tiktok: null, reason: 'the connection was refused' });
  });
});

describe('refreshing', () => {
  it('sends the refresh token in a form, and reads the answer like that of an exchange', async () => {
    const server = await startScriptedServer(made.answering(200, made.json(made.tokenBody)));
    const dispatcher = createGuardedDispatcher({ exemptOrigins: [server.origin] });
    stopping.push(() => dispatcher.destroy(), () => server.stop());
    const app = { clientKey: clientKey('made-up-key'), clientSecret: secret(made.clientSecret), redirectUri: made.redirectUri, pkce: 'off' as const };
    const request = refreshRequest(app, secret('rft.old'));
    const answer = await send({ apiUrl: server.origin, dispatcher }, request, 1_000).andThen((sent) => tokenAnswer(sent, request.secrets));
    expect(answer.map(({ refreshToken }) => refreshToken.reveal()).unwrapOr('')).toBe(made.refreshToken);
    expect(server.requests[0]?.target).toBe('/v2/oauth/token/');
    expect(fieldsOf(server.requests[0]?.body ?? '')).toEqual({
      client_key: 'made-up-key',
      client_secret: made.clientSecret,
      grant_type: 'refresh_token',
      refresh_token: 'rft.old',
    });
  });
});

describe('revoking', () => {
  it('sends the access token in a form', async () => {
    const { server, client } = await rig(made.answering(200, ''));
    expect((await client.revoke(secret(made.accessToken), 1_000)).isOk()).toBe(true);
    expect(server.requests[0]).toMatchObject({ method: 'POST', target: '/v2/oauth/revoke/' });
    expect(fieldsOf(server.requests[0]?.body ?? '')).toEqual({
      client_key: 'made-up-key',
      client_secret: made.clientSecret,
      token: made.accessToken,
    });
  });

  it.each([
    ['an empty body', ''],
    ['an empty object', '{}'],
    ['an object without an error', '{"data":{},"error":{"code":"ok","message":"","log_id":"x"}}'],
    ['an empty error', '{"error":"","error_description":""}'],
  ])('takes %s for a confirmation', async (_, body) => {
    const { client } = await rig(made.answering(200, body));
    expect((await client.revoke(secret(made.accessToken), 1_000)).isOk()).toBe(true);
  });

  it('gives up after the time it was given', async () => {
    const { client } = await rig(() => undefined, 'off', 5_000);
    const begun = performance.now();
    const answer = await client.revoke(secret(made.accessToken), 100);
    expect(answer.isErr() && answer.error).toMatchObject({ kind: 'TikTokUnclear', reason: 'no complete answer in time' });
    expect(performance.now() - begun).toBeLessThan(2_000);
  });
});

describe('asking who the person is', () => {
  it.each([
    [['user.info.basic'], 'open_id,union_id,avatar_url,avatar_url_100,avatar_large_url,display_name'],
    [
      ['user.info.basic', 'user.info.profile', 'video.publish'],
      'open_id,union_id,avatar_url,avatar_url_100,avatar_large_url,display_name,bio_description,profile_deep_link,username',
    ],
    [['user.info.stats'], 'open_id'],
  ])('asks only for fields that the scopes %s give', async (scopes, fields) => {
    const { server, client } = await rig(made.answering(200, made.userBody()));
    expect((await client.userInfo(secret(made.accessToken), scopes.map(scope))).isOk()).toBe(true);
    const [request] = server.requests;
    expect(request).toMatchObject({ method: 'GET', target: `/v2/user/info/?fields=${fields}`, body: '' });
    expect(request?.headers).toContainEqual(['authorization', `Bearer ${made.accessToken}`]);
  });

  it('gives the profile with null for what TikTok left out', async () => {
    const { client } = await rig(made.answering(200, made.userBody()));
    expect((await client.userInfo(secret(made.accessToken), made.basicScopes)).unwrapOr(null)).toEqual({
      open_id: '-000Made_UpOpenId',
      union_id: '6f1d-made-up',
      display_name: 'Ada',
      avatar_url: 'https://p16.cdn.example/a.jpeg?x-expires=1790003600',
      avatar_url_100: null,
      avatar_large_url: null,
      bio_description: null,
      profile_deep_link: null,
      username: null,
    });
  });

  it.each([
    ['an empty display name', { display_name: '' }, { display_name: '' }],
    ['no display name', { display_name: undefined }, { display_name: '' }],
    ['a script for an avatar', { avatar_url: 'javascript:alert(1)' }, { avatar_url: null }],
    ['a data URL for an avatar', { avatar_url: 'data:image/svg+xml,<svg/>' }, { avatar_url: null }],
    ['no address for an avatar', { avatar_url: 'avatar' }, { avatar_url: null }],
    ['an avatar address with a line break', { avatar_url: 'https://cdn.example/a\r\nSet-Cookie: x' }, { avatar_url: null }],
    ['an endless avatar address', { avatar_url: `https://cdn.example/${'a'.repeat(5_000)}` }, { avatar_url: null }],
    ['control characters in a name', { display_name: 'A\u0000d\u001b[31ma\u0085' }, { display_name: 'Ad[31ma' }],
    ['half a surrogate pair in a name', { display_name: 'Ada \ud83d' }, { display_name: 'Ada \ufffd' }],
    ['line breaks in a bio', { bio_description: 'one\ntwo\u0000' }, { bio_description: 'one\ntwo' }],
    ['an open_id with - and _', { open_id: '-_-000__' }, { open_id: '-_-000__' }],
  ])('copes with %s', async (_, given, expected) => {
    const { client } = await rig(made.answering(200, made.userBody(given)));
    expect((await client.userInfo(secret(made.accessToken), made.basicScopes)).unwrapOr(null)).toMatchObject(expected);
  });

  it('gives the open_id of the profile even when it is another than that of the tokens, for the use case to compare', async () => {
    const { client } = await rig(made.answering(200, made.userBody({ open_id: 'someone-else' })));
    expect((await client.userInfo(secret(made.accessToken), made.basicScopes)).unwrapOr(null)).toMatchObject({ open_id: 'someone-else' });
  });
});
