import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestHttp, type TestHttp } from '../../support/http-app.ts';
import { createHttpParts } from '../../support/http-parts.ts';
import { createInMemoryEventStore } from '../../support/in-memory-event-store.ts';
import { absentPool } from '../../support/projection-database.ts';

const noTikTok = { authorizeUrl: 'http://127.0.0.1:1/v2/auth/authorize/', apiUrl: 'http://127.0.0.1:1' };
const everywhere = [
  '/livez',
  '/nowhere',
  '/v1/connections',
  '/docs',
  '/dashboard/account',
  '/openapi.json',
  '/assets/style.css',
  '/api/tiktok/auth/callback',
];

const start = (settings = {}): Promise<TestHttp> =>
  createTestHttp(createHttpParts({ pool: absentPool(), eventStore: createInMemoryEventStore(), tiktok: noTikTok, settings }).parts);

describe('the headers of every answer', () => {
  let http: TestHttp;

  beforeAll(async () => {
    http = await start();
  });

  afterAll(() => http.close());

  it.each(everywhere)('guard %s', async (url) => {
    const { headers } = await http.call({ url });
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'strict-transport-security': 'max-age=31536000' });
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['content-security-policy']).not.toContain('unsafe');
    expect(headers['referrer-policy']).toMatch(/^(no-referrer|same-origin)$/);
    expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('forbid to keep what is about people', async () => {
    for (const url of ['/v1/connections', '/api/tiktok/user/info', '/dashboard/account', '/api/tiktok/auth/callback']) {
      expect((await http.call({ url })).headers['cache-control']).toBe('no-store');
    }
  });

  it('do not speak of https where browsers reach us by http', async () => {
    const plain = await start({ publicUrl: 'http://localhost:3000' });
    expect((await plain.call({ url: '/livez' })).headers['strict-transport-security']).toBeUndefined();
    await plain.close();
  });
});

describe('pages of other origins', () => {
  let http: TestHttp;

  const preflight = (origin: string, method = 'DELETE') =>
    http.call({
      method: 'OPTIONS',
      url: '/v1/connections',
      headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': 'authorization,idempotency-key' },
    });

  beforeAll(async () => {
    http = await start({ corsOrigins: ['https://app.example', 'http://localhost:5173'] });
  });

  afterAll(() => http.close());

  it.each(['https://app.example', 'http://localhost:5173'])('may call when %s is listed', async (origin) => {
    const asked = await preflight(origin);
    expect(asked.statusCode).toBe(204);
    expect(asked.headers).toMatchObject({ 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' });
    const answer = await http.call({ url: '/api/tiktok/user/info', headers: { origin } });
    expect(answer.headers).toMatchObject({ 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' });
    expect(answer.headers['access-control-expose-headers']).toContain('ETag');
    expect(answer.headers.vary).toContain('Origin');
  });

  it.each(['https://evil.example', 'https://app.example.evil.example', 'http://app.example', 'https://app.example:8443', 'null'])(
    'may not read when %s is not',
    async (origin) => {
      expect((await preflight(origin)).headers['access-control-allow-origin']).toBeUndefined();
      expect((await http.call({ url: '/livez', headers: { origin } })).headers['access-control-allow-origin']).toBeUndefined();
    },
  );

  it('may ask without saying what for', async () => {
    expect((await http.call({ method: 'OPTIONS', url: '/v1/connections' })).statusCode).toBe(204);
  });

  it('may not call at all where none are listed', async () => {
    const closed = await start({ corsOrigins: [] });
    const answer = await closed.call({
      method: 'OPTIONS',
      url: '/v1/connections',
      headers: { origin: 'https://app.example', 'access-control-request-method': 'GET' },
    });
    expect(answer.statusCode).toBe(404);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    await closed.close();
  });
});
