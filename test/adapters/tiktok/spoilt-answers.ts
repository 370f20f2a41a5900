import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { answerOf, type Script } from '../../support/scripted-server.ts';
import * as made from './client-setup.ts';
import { answering, json, tokenBody } from './client-setup.ts';

/** Nothing of what a call carries may show in its failure, in any spelling. */
export const expectNoCredential = (failure: unknown, credentials: readonly string[] = made.credentials): void => {
  const printed = `${JSON.stringify(failure)}${inspect(failure, { depth: 9 })}`;
  for (const credential of credentials) {
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

export type Case = readonly [name: string, script: Script, expected: object];

/** What no call may take for an answer, with the failure that it is. */
export const spoilt: readonly Case[] = [
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
