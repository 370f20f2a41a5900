import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HttpDeps } from '../../../src/adapters/http/http-deps.ts';
import { createTestHttp, problemIn, type TestHttp } from '../../support/http-app.ts';
import { createHttpParts } from '../../support/http-parts.ts';
import { createInMemoryEventStore } from '../../support/in-memory-event-store.ts';
import { absentPool } from '../../support/projection-database.ts';

const noTikTok = { authorizeUrl: 'http://127.0.0.1:1/v2/auth/authorize/', apiUrl: 'http://127.0.0.1:1' };
const someId = '6f0e5c1e-2b7a-5d35-9a41-0c6f0a6f7e10';
const service = { authorization: 'Bearer dev' };

describe('addresses and errors', () => {
  let parts: Omit<HttpDeps, 'logger'>;
  let http: TestHttp;

  beforeAll(async () => {
    ({ parts } = createHttpParts({
      pool: absentPool(),
      eventStore: createInMemoryEventStore(),
      tiktok: noTikTok,
      settings: { developmentPrincipals: true },
    }));
    http = await createTestHttp(parts);
  });

  afterAll(() => http.close());

  it('answers an unknown address with a problem that names the request', async () => {
    const answer = await http.call({ url: '/nowhere?code=1' });
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toEqual({
      type: 'https://connect.example/docs#not_found',
      title: 'Nothing is here',
      status: 404,
      detail: 'There is nothing at this address.',
      instance: `urn:uuid:${String(answer.headers['x-request-id'])}`,
      code: 'not_found',
    });
  });

  it.each(['GET', 'HEAD', 'DELETE', 'PUT'] as const)('has nothing at an address that ends in a slash, asked by %s', async (method) => {
    for (const url of ['/v1/connections/', '/v1/connections/?limit=1', `/v1/connections/${someId}/`, '/livez/', '/nowhere/']) {
      const answer = await http.call({ method, url, headers: service });
      expect(answer.statusCode).toBe(404);
      if (method !== 'HEAD') expect(problemIn(answer).detail).toBe('There is nothing at this address.');
    }
  });

  it('does not say that an address answers the method that was used', async () => {
    const answer = await http.call({ url: '/v1/connections;x' });
    expect(problemIn(answer).detail).toBe('There is nothing at this address.');
  });

  it('tells TikTok nothing of a query that cannot be read', async () => {
    for (const query of ['state=%ff&code=a', 'state=%zz&error=x', '%ED%A0%80']) {
      const answer = await http.call({ url: `/api/tiktok/auth/callback?${query}` });
      expect(answer.statusCode).toBe(303);
    }
  });

  it('says which methods an address answers', async () => {
    const answer = await http.call({ method: 'PUT', url: `/v1/connections/${someId}` });
    expect(problemIn(answer)).toMatchObject({ code: 'not_found', detail: 'This address answers GET, DELETE, not PUT.' });
  });

  it.each(['/v1/connections/%zz', '/%c0%80', '/v1/%e0%a4%a'])('refuses the malformed address %s', async (url) => {
    const answer = await http.app.inject(url);
    expect([answer.statusCode, problemIn(answer).errors]).toEqual([400, [{ path: 'url', message: 'must be percent-encoded UTF-8' }]]);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
  });

  it('answers an address that is far too long with a problem', async () => {
    const answer = await http.call({ url: `/v1/connections/${'a'.repeat(5_000)}`, headers: service });
    expect(problemIn(answer)).toMatchObject({ code: 'invalid_request', errors: [{ path: 'url', message: 'has a part that is too long' }] });
  });

  it('asks to come back when the database does not answer', async () => {
    for (const url of ['/v1/connections', `/v1/connections/${someId}`]) {
      const answer = await http.call({ url, headers: service });
      expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '2']);
      expect(problemIn(answer)).toMatchObject({ code: 'unavailable', detail: 'The database does not answer now.' });
    }
    const link = await http.call({ method: 'POST', url: '/v1/connect-sessions', headers: service, payload: { user_id: 'a' } });
    expect(link.statusCode).toBe(503);
    const keyed = await http.call({ method: 'DELETE', url: `/v1/connections/${someId}`, headers: { ...service, 'idempotency-key': 'k' } });
    expect(keyed.statusCode).toBe(503);
  });

  it('asks to come back when API keys cannot be looked up', async () => {
    const answer = await http.call({ url: '/v1/connections', headers: { authorization: `Bearer tck_0000000000000000_${'a'.repeat(43)}` } });
    expect(answer.statusCode).toBe(503);
  });

  it('tells nothing of a fault of ours but where to look', async () => {
    const byId = () => {
      throw new Error('a planted fault: password=hunter2');
    };
    const broken = await createTestHttp({ ...parts, connections: { ...parts.connections, byId } });
    const answer = await broken.call({ url: `/v1/connections/${someId}`, headers: service });
    expect(answer.statusCode).toBe(503);
    expect(problemIn(answer)).toMatchObject({ code: 'unavailable', detail: 'Something failed on our side; the log names this request.' });
    expect(answer.body).not.toMatch(/hunter2|\.ts|at /);
    expect(broken.log()).toContain(String(answer.headers['x-request-id']));
    expect(broken.log()).toContain('a planted fault');
    await broken.close();
  });

  it('answers an answer of ours that breaks the contract as a fault of ours', async () => {
    const broken = await createTestHttp({
      ...parts,
      readiness: () => Promise.resolve({ status: 'ok', parts: {}, extra: 'a planted field' }),
    });
    const answer = await broken.call({ url: '/readyz' });
    expect(answer.statusCode).toBe(503);
    expect(answer.body).not.toContain('planted');
    await broken.close();
  });

  it('is alive without anything to stand on', async () => {
    expect((await http.call({ url: '/livez' })).json()).toEqual({ status: 'ok' });
    expect((await http.call({ method: 'HEAD', url: '/livez' })).statusCode).toBe(200);
  });

  it.each([
    ['ok', 200],
    ['degraded', 200],
    ['unavailable', 503],
  ] as const)('is ready by part: %s is %i', async (status, code) => {
    const readiness = { status, parts: { database: { status, detail: null } } };
    const probed = await createTestHttp({ ...parts, readiness: () => Promise.resolve(readiness) });
    const answer = await probed.call({ url: '/readyz' });
    expect([answer.statusCode, answer.json()]).toEqual([code, readiness]);
    await probed.close();
  });

  it('is not ready when the question itself fails', async () => {
    const probed = await createTestHttp({ ...parts, readiness: () => Promise.reject(new Error('a planted fault')) });
    expect((await probed.call({ url: '/readyz' })).statusCode).toBe(503);
    await probed.close();
  });

  it('shows figures only where they belong', async () => {
    expect((await http.call({ url: '/metrics' })).statusCode).toBe(404);
    const counting = await createTestHttp({ ...parts, metrics: () => Promise.resolve('up 1\n') });
    const answer = await counting.call({ url: '/metrics' });
    expect([answer.body, answer.headers['content-type']]).toEqual(['up 1\n', 'text/plain; version=0.0.4; charset=utf-8']);
    await counting.close();
  });
});
