import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { TikTokFailure } from '../../../src/application/ports/tiktok.ts';
import { secret } from '../../../src/domain/values/secret.ts';
import { answerOf, type Script } from '../../support/scripted-server.ts';
import * as made from './client-setup.ts';
import { answering, json, tokenBody, userBody } from './client-setup.ts';

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

const expectNoCredential = (failure: TikTokFailure | null): void => {
  const printed = `${JSON.stringify(failure)}${inspect(failure, { depth: 9 })}`;
  for (const credential of made.credentials) {
    for (const spelling of [credential, encodeURIComponent(credential), Buffer.from(credential).toString('base64'), Buffer.from(credential).toString('hex')]) {
      expect(printed).not.toContain(spelling);
    }
  }
};

const html = '<!doctype html><title>Bad Gateway</title>';
const oauthError = (error: string, description = 'made up'): string => JSON.stringify({ error, error_description: description, log_id: made.logId });
const dataError = (code: string): string => JSON.stringify({ error: { code, message: 'made up', log_id: made.logId } });

const cutAfter =
  (bytes: string): Script =>
  (socket) =>
    void socket.end(bytes, () => socket.destroy());

const drip: Script = (socket) => {
  socket.write(`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{"filler":"`);
  const timer = setInterval(() => socket.write('x'), 10);
  socket.on('close', () => clearInterval(timer));
};

const huge: Script = (socket) => {
  socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n');
  let left = 50 * 1024 * 1024;
  const more = (): void => {
    while (left > 0 && !socket.destroyed) {
      left -= 65_536;
      if (!socket.write(`10000\r\n${'a'.repeat(65_536)}\r\n`)) return;
    }
  };
  socket.on('drain', more);
  more();
};

const echo: Script = (socket, { body, headers }) => {
  const said = [body, decodeURIComponent(body), ...headers.map(([, value]) => value)].join(' ');
  socket.write(answerOf(200, oauthError('invalid_grant', said)));
};

const words = (code: string, message = 'made up'): object => ({ code, message, logId: made.logId });
const odd = (fields: string, status = 200): string => `the answer's ${fields} is missing or not as it should be (status ${status})`;

type Case = readonly [name: string, script: Script, expected: object];

const spoilt: readonly Case[] = [
  ['an HTML page', answering(502, html, { 'Content-Type': 'text/html' }), { kind: 'TikTokUnclear', reason: 'the answer was not JSON by its content type (status 502)' }],
  ['an HTML page with 200', answering(200, html, { 'Content-Type': 'text/html' }), { kind: 'TikTokUnclear', reason: 'the answer was not JSON by its content type (status 200)' }],
  ['HTML that says it is JSON', answering(200, html), { kind: 'TikTokUnclear', reason: 'the answer was not JSON (status 200)' }],
  ['the right JSON in an HTML page\'s content type', answering(200, json(tokenBody), { 'Content-Type': 'text/html' }), { kind: 'TikTokUnclear' }],
  ['plain text', answering(404, 'Unsupported path(Janus)', { 'Content-Type': 'text/plain' }), { kind: 'TikTokUnclear', reason: 'the answer was not JSON (status 404)' }],
  ['truncated JSON', answering(200, json(tokenBody).slice(0, 40)), { kind: 'TikTokUnclear', reason: 'the answer was not JSON (status 200)' }],
  ['a JSON array', answering(200, '[]'), { kind: 'TikTokUnclear', reason: 'the answer was not a JSON object (status 200)' }],
  ['JSON null', answering(200, 'null'), { kind: 'TikTokUnclear', reason: 'the answer was not a JSON object (status 200)' }],
  ['a JSON number', answering(200, '86400'), { kind: 'TikTokUnclear', reason: 'the answer was not a JSON object (status 200)' }],
  ['a JSON string', answering(200, '"act.x"'), { kind: 'TikTokUnclear', reason: 'the answer was not a JSON object (status 200)' }],
  ['a million opening brackets', answering(200, '['.repeat(1_000_000)), { kind: 'TikTokUnclear', reason: 'the answer was not JSON (status 200)' }],
  ['invalid UTF-8', answering(200, Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])), { kind: 'TikTokUnclear', reason: 'the answer was not UTF-8 (status 200)' }],
  ['another charset', answering(200, '{}', { 'Content-Type': 'application/json; charset=utf-16le' }), { kind: 'TikTokUnclear', reason: 'the answer was in another charset than UTF-8 (status 200)' }],
  ['a key given twice', answering(200, '{"error":{"code":"ok"},"data":{"user":{}},"error":{"code":"ok"}}'), { kind: 'TikTokUnclear', reason: 'the answer was JSON with a key given twice (status 200)' }],
  ['a redirect', answering(302, '', { Location: 'https://elsewhere.example/' }), { kind: 'TikTokUnclear', reason: 'the answer was a redirect' }],
  ['a redirect with the right JSON in it', answering(307, json(tokenBody), { Location: '/v2/oauth/token/' }), { kind: 'TikTokUnclear', reason: 'the answer was a redirect' }],
  ['a gzip bomb', answering(200, gzipSync(Buffer.alloc(10_000_000)), { 'Content-Encoding': 'gzip' }), { kind: 'TikTokUnclear', reason: 'the answer was compressed' }],
  ['a body of 50 MB', huge, { kind: 'TikTokUnclear', reason: 'the answer was too large' }],
  ['endless headers', cutAfter(`HTTP/1.1 200 OK\r\n${'X-Filler: aaaaaaaaaaaaaaaa\r\n'.repeat(2_000)}\r\n`), { kind: 'TikTokUnclear', reason: 'the headers of the answer were too large' }],
  ['silence', () => undefined, { kind: 'TikTokUnclear', reason: 'no complete answer in time' }],
  ['a slow drip', drip, { kind: 'TikTokUnclear', reason: 'no complete answer in time' }],
  ['a connection cut before the answer', cutAfter(''), { kind: 'TikTokUnclear', reason: 'the connection was cut' }],
  ['a connection cut in the headers', cutAfter('HTTP/1.1 200 OK\r\nContent-'), { kind: 'TikTokUnclear' }],
  ['a connection cut in the body', cutAfter('HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"access_token":"'), { kind: 'TikTokUnclear', reason: 'the connection was cut' }],
  ['something that is not HTTP', cutAfter('220 mail.example ESMTP\r\n'), { kind: 'TikTokUnclear' }],
  ['a server error with an empty body', answering(500, ''), { kind: 'TikTokUnclear', reason: 'the answer was empty (status 500)' }],
  ['a rate limit without JSON', answering(429, 'slow down', { 'Content-Type': 'text/plain' }), { kind: 'TikTokTransient', tiktok: null, reason: 'TikTok answered with status 429' }],
  ['a rate limit', answering(429, dataError('rate_limit_exceeded')), { kind: 'TikTokTransient', tiktok: words('rate_limit_exceeded') }],
  ['a rate limit with 200', answering(200, dataError('rate_limit_exceeded')), { kind: 'TikTokTransient', tiktok: words('rate_limit_exceeded') }],
  ['an internal error', answering(500, dataError('internal_error')), { kind: 'TikTokTransient', tiktok: words('internal_error') }],
  ['any error with a 5xx', answering(503, oauthError('invalid_grant')), { kind: 'TikTokTransient', tiktok: words('invalid_grant') }],
  ['a passing OAuth error with 200', answering(200, oauthError('temporarily_unavailable')), { kind: 'TikTokTransient', tiktok: words('temporarily_unavailable') }],
  ['an OAuth error with 200', answering(200, oauthError('invalid_grant')), { kind: 'TikTokRefused', tiktok: words('invalid_grant') }],
  ['the same with 400', answering(400, oauthError('invalid_grant')), { kind: 'TikTokRefused', tiktok: words('invalid_grant') }],
  ['the same with 401', answering(401, oauthError('invalid_grant')), { kind: 'TikTokRefused', tiktok: words('invalid_grant') }],
  ['a data error', answering(401, dataError('access_token_invalid')), { kind: 'TikTokRefused', tiktok: words('access_token_invalid') }],
  ['a data error with 200 and empty data', answering(200, JSON.stringify({ data: {}, error: { code: 'scope_not_authorized', message: '', log_id: made.logId } })), { kind: 'TikTokRefused', tiktok: words('scope_not_authorized', '') }],
  ['a wrong client secret', answering(200, oauthError('invalid_client')), { kind: 'TikTokMisconfigured', tiktok: words('invalid_client') }],
  ['an app that may not', answering(400, oauthError('unauthorized_client')), { kind: 'TikTokMisconfigured', tiktok: words('unauthorized_client') }],
  ['an error under the other spelling of its log id', answering(200, JSON.stringify({ error: 'invalid_grant', error_description: 'made up', logid: made.logId })), { kind: 'TikTokRefused', tiktok: words('invalid_grant') }],
  ['an error with its log id in the header', answering(200, '{"error":"invalid_grant","error_description":"made up"}', { 'X-Tt-Logid': made.logId }), { kind: 'TikTokRefused', tiktok: words('invalid_grant') }],
  ['an error that says our own call back', echo, { kind: 'TikTokRefused' }],
  ['an error that names someone else\'s token', answering(200, oauthError('invalid_grant', 'rft.of-another!1.va is not act.of-another')), { kind: 'TikTokRefused', tiktok: words('invalid_grant', '[secret] is not [secret]') }],
  ['an error whose code is our secret', answering(200, JSON.stringify({ error: made.accessToken, error_description: '', log_id: made.accessToken })), { kind: 'TikTokRefused', tiktok: { code: 'unreadable_code', message: '', logId: null } }],
  ['an error of many words and control characters', answering(200, oauthError('invalid_grant', `\u001b[31m\r\nx: ${'a'.repeat(5_000)}`)), { kind: 'TikTokRefused', tiktok: words('invalid_grant', ` [31m x: ${'a'.repeat(500)}`.slice(0, 500)) }],
  ['an error code that is no word', answering(200, oauthError('<script>alert(1)</script>')), { kind: 'TikTokRefused', tiktok: words('unreadable_code') }],
];

describe.each<Call>(['exchange', 'userInfo', 'revoke'])('TikTok spoils the answer of %s', (call) => {
  it.each(spoilt)('with %s', async (_, script, expected) => {
    const failure = await failureOf(call, script);
    expect(failure).toMatchObject(expected);
    expectNoCredential(failure);
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
