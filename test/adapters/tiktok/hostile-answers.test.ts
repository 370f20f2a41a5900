import { afterEach, describe, expect, it } from 'vitest';
import type { TikTokFailure } from '../../../src/application/ports/tiktok.ts';
import { secret } from '../../../src/domain/values/secret.ts';
import { answerOf, type Script } from '../../support/scripted-server.ts';
import * as made from './client-setup.ts';
import { answering, json, tokenBody, userBody } from './client-setup.ts';
import { expectNoCredential, spoilt } from './spoilt-answers.ts';

const stopping: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stopping.splice(0)) await stop();
});

type Call = 'exchange' | 'userInfo' | 'revoke';

const limitMillis = 300;

const failureOf = async (call: Call, script: Script): Promise<TikTokFailure | null> => {
  const { client, stop } = await made.rig(script, 'hex', limitMillis);
  stopping.push(stop);
  const token = secret(made.accessToken);
  switch (call) {
    case 'exchange':
      return client.exchangeCode(secret(made.code), secret(made.codeVerifier)).match(() => null, (failure) => failure);
    case 'userInfo':
      return client.userInfo(token, made.basicScopes).match(() => null, (failure) => failure);
    case 'revoke':
      return client.revoke(token, limitMillis).match(() => null, (failure) => failure);
  }
};

const odd = (fields: string, status = 200): string => `the answer's ${fields} is missing or not as it should be (status ${status})`;

describe.each<Call>(['exchange', 'userInfo', 'revoke'])('TikTok spoils the answer of %s', (call) => {
  it.each(spoilt)('with %s', async (_, script, expected) => {
    const failure = await failureOf(call, script);
    expect(failure).toMatchObject(expected);
    expectNoCredential(failure);
  });
});

describe('a server error to a refresh', () => {
  const page = { 'Content-Type': 'text/html' };
  it.each([
    ['passes where nothing comes with it', answering(500, ''), 'TikTokTransient'],
    ['passes where what comes with it says nothing', answering(502, '{}'), 'TikTokTransient'],
    ['passes where it comes in plain words', answering(503, 'try later', { 'Content-Type': 'text/plain' }), 'TikTokTransient'],
    ['leaves in doubt what a page of somebody between hides', answering(502, '<html></html>', page), 'TikTokUnclear'],
    ['leaves in doubt what comes with half of the tokens', answering(500, json(tokenBody, { expires_in: 0 })), 'TikTokUnclear'],
  ] as const)('%s', async (_, script, kind) => {
    const { client, stop } = await made.rig(script);
    stopping.push(stop);
    const failure = await client.refresh(secret(made.refreshToken)).match(() => null, (found) => found);
    expect(failure?.kind).toBe(kind);
  });
});

describe('TikTok says our token back', () => {
  it.each([
    ['as log id of the header', '{"error":"invalid_grant"}', { 'X-Tt-Logid': 'made-up-plain-token' }],
    ['as log id of the body', '{"error":"invalid_grant","log_id":"made-up-plain-token"}', {}],
    ['inside a log id', '{"error":{"code":"internal_error","logid":"x-made-up-plain-token-x"}}', {}],
    ['as log id of what can not be read', 'no JSON', { 'X-Tt-Logid': 'made-up-plain-token' }],
  ])('%s, which is then left out', async (_, body, headers) => {
    const { client, stop } = await made.rig(answering(200, body, headers));
    stopping.push(stop);
    const failure = await client.userInfo(secret('made-up-plain-token'), made.basicScopes).match(() => null, (found) => found);
    expect(failure).not.toBeNull();
    expect(JSON.stringify(failure)).not.toContain('made-up-plain-token');
  });
});

const tokenCases: readonly (readonly [name: string, changes: Readonly<Record<string, unknown>>, field: string])[] = [
  ['no expires_in', { expires_in: undefined }, 'expires_in'],
  ['an expires_in of null', { expires_in: null }, 'expires_in'],
  ['an expires_in of 0', { expires_in: 0 }, 'expires_in'],
  ['an expires_in below 0', { expires_in: -1 }, 'expires_in'],
  ['an expires_in with a fraction', { expires_in: 1.5 }, 'expires_in'],
  ['an expires_in as text', { expires_in: '86400' }, 'expires_in'],
  ['an expires_in over ten years', { expires_in: 315_360_001 }, 'expires_in'],
  ['an expires_in without end', { expires_in: 1e12 }, 'expires_in'],
  ['an expires_in in a list', { expires_in: [86_400] }, 'expires_in'],
  ['a refresh_expires_in below 0', { refresh_expires_in: -1 }, 'refresh_expires_in'],
  ['a refresh_expires_in as text', { refresh_expires_in: 'never' }, 'refresh_expires_in'],
  ['no refresh_token', { refresh_token: undefined }, 'refresh_token'],
  ['an empty refresh_token', { refresh_token: '' }, 'refresh_token'],
  ['a refresh_token that is a number', { refresh_token: 7 }, 'refresh_token'],
  ['an access_token of null', { access_token: null }, 'access_token'],
  ['an empty access_token', { access_token: '' }, 'access_token'],
  ['an access_token with a line break', { access_token: `${made.accessToken}\r\nX-Injected: 1` }, 'access_token'],
  ['an access_token beyond ASCII', { access_token: `${made.accessToken}é` }, 'access_token'],
  ['a very long access_token', { access_token: 'a'.repeat(4_097) }, 'access_token'],
  ['no open_id', { open_id: undefined }, 'open_id'],
  ['an empty open_id', { open_id: '' }, 'open_id'],
  ['a very long open_id', { open_id: 'a'.repeat(129) }, 'open_id'],
  ['an open_id with a control character', { open_id: 'a\u0000b' }, 'open_id'],
  ['no scope', { scope: undefined }, 'scope'],
  ['scopes in a list', { scope: ['user.info.basic'] }, 'scope'],
  ['scopes with blanks between', { scope: 'user.info.basic video.publish' }, 'scope'],
  ['a scope that is spelt like none', { scope: 'user.info.basic,<b>' }, 'scope'],
  ['very many scopes', { scope: 'user.info.basic,'.repeat(500) }, 'scope'],
  ['a token_type that is not Bearer', { token_type: 'mac' }, 'token_type'],
  ['a token_type that is no text', { token_type: 1 }, 'token_type'],
];

describe('TikTok answers an exchange', () => {
  it.each(tokenCases)('with %s', async (_, changes, field) => {
    const failure = await failureOf('exchange', answering(200, json(tokenBody, changes)));
    expect(failure).toEqual({ kind: 'TikTokUnclear', reason: odd(field), logId: null });
    expectNoCredential(failure);
  });

  it.each([
    ['NaN', json(tokenBody).replace('86400', 'NaN'), 'the answer was not JSON (status 200)'],
    ['a number too large to be one', json(tokenBody).replace('86400', '1e999'), odd('expires_in')],
    ['two access tokens', json(tokenBody).replace('{', '{"access_token":"act.another",'), 'the answer was JSON with a key given twice (status 200)'],
    ['two access tokens, one in escapes', json(tokenBody).replace('{', '{"access\\u005ftoken":"act.another",'), 'the answer was JSON with a key given twice (status 200)'],
    ['tokens in a list', `[${json(tokenBody)}]`, 'the answer was not a JSON object (status 200)'],
    ['tokens one level down', `{"data":${json(tokenBody)}}`, 'the answer has no access_token (status 200)'],
    ['several faults at once', json(tokenBody, { expires_in: 0, open_id: undefined }), odd('open_id, expires_in')],
    ['tokens beside an error', json(tokenBody, { error: 'invalid_grant' }), 'the answer has both a token and an error (status 200)'],
  ])('with %s', async (_, body, reason) => {
    const failure = await failureOf('exchange', answering(200, body));
    expect(failure).toMatchObject({ kind: 'TikTokUnclear', reason });
    expectNoCredential(failure);
  });

  it('with tokens and then cuts the connection, which changes nothing', async () => {
    const script: Script = (socket) => void socket.end(answerOf(200, json(tokenBody)));
    expect(await failureOf('exchange', script)).toBeNull();
  });

  it.each([
    ['wider', 'user.info.basic,video.publish,video.list', ['user.info.basic', 'video.list', 'video.publish']],
    ['narrower', 'video.publish', ['video.publish']],
    ['empty', '', []],
    ['with blanks, repeats and in another order', ' video.publish ,user.info.basic,video.publish,', ['user.info.basic', 'video.publish']],
  ])('with a set of scopes that is %s, for the use case to judge', async (_, scope, expected) => {
    const { client, stop } = await made.rig(answering(200, json(tokenBody, { scope })));
    stopping.push(stop);
    const answer = await client.exchangeCode(secret(made.code), null);
    expect(answer.map(({ scopes }) => scopes).unwrapOr(['refused'])).toEqual(expected);
  });
});

describe('TikTok answers who the person is', () => {
  it.each([
    ['no data', '{"error":{"code":"ok"}}', odd('data')],
    ['no user', '{"data":{},"error":{"code":"ok"}}', odd('data.user')],
    ['a user that is a list', '{"data":{"user":[]},"error":{"code":"ok"}}', odd('data.user')],
    ['no error code', JSON.stringify({ data: { user: made.user } }), 'the answer has no error.code (status 200)'],
    ['an error code of null', JSON.stringify({ data: { user: made.user }, error: { code: null } }), 'the answer has no error.code (status 200)'],
    ['no open_id', userBody({ open_id: undefined }), odd('data.user.open_id')],
    ['an open_id that is a number', userBody({ open_id: 7 }), odd('data.user.open_id')],
    ['an open_id with blanks', userBody({ open_id: 'a b' }), odd('data.user.open_id')],
    ['a display name that is an object', userBody({ display_name: {} }), odd('data.user.display_name')],
    ['a display name of a megabyte', userBody({ display_name: 'a'.repeat(1_000_000) }), odd('data.user.display_name')],
    ['a bio of a megabyte', userBody({ bio_description: 'a'.repeat(1_000_000) }), odd('data.user.bio_description')],
    ['an avatar that is a number', userBody({ avatar_url: 7 }), odd('data.user.avatar_url')],
    ['two open_ids', userBody().replace('"open_id"', '"open_id":"another","open_id"'), 'the answer was JSON with a key given twice (status 200)'],
  ])('with %s', async (_, body, reason) => {
    const failure = await failureOf('userInfo', answering(200, body));
    expect(failure).toMatchObject({ kind: 'TikTokUnclear', reason });
    expectNoCredential(failure);
  });
});
