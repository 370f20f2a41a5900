import { gzipSync } from 'node:zlib';
import { connect } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpApp } from '../../../src/adapters/http/http-app.ts';
import { startHttp } from '../../../src/adapters/http/start.ts';
import { createTestHttp, problemIn, type TestHttp } from '../../support/http-app.ts';
import { createHttpParts } from '../../support/http-parts.ts';
import { createInMemoryEventStore } from '../../support/in-memory-event-store.ts';
import { absentPool } from '../../support/projection-database.ts';

const noTikTok = { authorizeUrl: 'http://127.0.0.1:1/v2/auth/authorize/', apiUrl: 'http://127.0.0.1:1' };
const { parts } = createHttpParts({
  pool: absentPool(),
  eventStore: createInMemoryEventStore(),
  tiktok: noTikTok,
  settings: { developmentPrincipals: true },
});
const json = 'application/json';

describe('bodies', () => {
  let http: TestHttp;

  const send = async (payload: string | Buffer, headers: Readonly<Record<string, string>> = {}) => {
    const answer = await http.app.inject({
      method: 'POST',
      url: '/v1/connect-sessions',
      headers: { authorization: 'Bearer dev', 'content-type': json, ...headers },
      payload,
    });
    const { status, errors } = problemIn(answer);
    return { status, errors, answer };
  };

  beforeAll(async () => {
    http = await createTestHttp(parts);
  });

  afterAll(() => http.close());

  it('are refused unless they are UTF-8', async () => {
    for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82]]) {
      const body = Buffer.concat([Buffer.from('{"user_id":"a'), Buffer.from(bytes), Buffer.from('"}')]);
      expect(await send(body)).toMatchObject({ status: 400, errors: [{ path: 'body', message: 'must be UTF-8' }] });
    }
  });

  it.each(['latin1', 'utf-16', '"iso-8859-1"'])('are refused in the charset %s', async (charset) => {
    expect((await send('{"user_id":"a"}', { 'content-type': `${json}; charset=${charset}` })).status).toBe(415);
  });

  it.each(['utf-8', 'UTF-8', '"utf-8"', 'utf8'])('are read in the charset %s', async (charset) => {
    expect((await send('{"user_id":"é"}', { 'content-type': `${json};charset=${charset}` })).status).toBe(503);
  });

  it('are refused when they are encoded', async () => {
    expect((await send(gzipSync('{"user_id":"a"}'), { 'content-encoding': 'gzip' })).status).toBe(415);
    expect((await send('{"user_id":"a"}', { 'content-encoding': 'br' })).status).toBe(415);
    expect((await send('{"user_id":"a"}', { 'content-encoding': 'identity' })).status).toBe(503);
  });

  it.each(['[]', '[[]]', '[{"user_id":"a"}]', '"text"', '5', 'null'])('are refused unless they are an object: %s', async (body) => {
    expect((await send(body)).errors).toEqual([{ path: 'body', message: 'must be a JSON object' }]);
  });

  it('are told of a list where one text belongs', async () => {
    expect((await send('{"user_id":["a"]}')).errors).toEqual([{ path: 'user_id', message: 'must be of type string' }]);
  });

  it('are not repeated at length in what is said of them', async () => {
    const many = Object.fromEntries(Array.from({ length: 4_000 }, (_, index) => [`field-${index}`, 1]));
    const listed = await send(JSON.stringify({ user_id: 'a', ...many }));
    expect(listed.errors).toHaveLength(20);
    const wrong = await send(JSON.stringify({ user_id: 'a', scopes: Array.from({ length: 40 }, () => 'x y') }));
    expect(wrong.errors).toHaveLength(20);
    const long = await send(JSON.stringify({ user_id: 'a', [`${'k'.repeat(58)}😀${'k'.repeat(40_000)}`]: 1 }));
    expect(long.errors[0]?.path).toHaveLength(60);
    expect(long.answer.body.length).toBeLessThan(1_000);
  });
});

describe('headers that may stand only once', () => {
  it.each([
    ['Authorization', 'Host: localhost\r\nAuthorization: Bearer dev\r\nauthorization: Bearer tck_x\r\n'],
    ['Host', 'Host: localhost\r\nhost: localhost\r\n'],
    ['X-Dev-User', 'Host: localhost\r\nX-Dev-User: a\r\nX-DEV-USER: b\r\n'],
  ])('are refused twice: %s', async (name, headers) => {
    const running = await startHttp(await createHttpApp({ ...parts, logger: { level: 'silent' } }), { host: '127.0.0.1', port: 0 }, parts.draining);
    const answers = await Promise.all(
      ['/livez', '/v1/connections', '/nowhere', '/api/tiktok/auth/callback'].map(async (path) => {
        const socket = connect(Number(new URL(running.address).port), '127.0.0.1');
        const pieces: string[] = [];
        socket.setEncoding('utf8').on('data', (piece: string) => pieces.push(piece));
        socket.write(`GET ${path} HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`);
        await once(socket, 'close');
        return pieces.join('');
      }),
    );
    for (const answer of answers) {
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      expect(answer).toContain(`"errors":[{"path":"${name}","message":"may be given only once"}]`);
    }
    await running.stop(0);
  });
});
