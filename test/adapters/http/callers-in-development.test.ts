import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { problemIn, type Call } from '../../support/http-app.ts';
import { createPerson } from '../../support/http-person.ts';
import { createDevelopmentWorld, type HttpWorld } from '../../support/http-world.ts';

const list = '/v1/connections';
const info = '/api/tiktok/user/info';
const unbind = '/api/tiktok/unbind';
const connectedAs = z.object({ connection: z.object({ user_id: z.string() }) });

describe('callers in development', () => {
  let world: HttpWorld;

  beforeAll(async () => {
    world = await createDevelopmentWorld();
  });

  afterAll(() => world.close());

  it('name themselves by header or cookie, or are dev-user', async () => {
    await createPerson(world.http, {}).connect(world, 'ada');
    await createPerson(world.http, { dev_user: 'grace' }).connect(world, 'bruno');
    const nameSeenBy = async (options: Omit<Call, 'url'>): Promise<string> =>
      connectedAs.parse((await world.http.call({ url: info, ...options })).json()).connection.user_id;
    expect(await nameSeenBy({})).toBe('dev-user');
    expect(await nameSeenBy({ cookies: { dev_user: 'grace' } })).toBe('grace');
    expect(await nameSeenBy({ headers: { 'x-dev-user': 'grace' }, cookies: { dev_user: 'other' } })).toBe('grace');
  });

  it('are a service with every scope by "Bearer dev"', async () => {
    expect((await world.http.call({ url: list, headers: { authorization: 'Bearer dev' } })).statusCode).toBe(200);
    expect((await world.http.call({ url: list, headers: { authorization: 'Bearer other' } })).statusCode).toBe(401);
  });

  it('write by cookie from our own pages only; the assumed user also without a browser', async () => {
    const write = async (options: Omit<Call, 'url'>): Promise<number> =>
      (await world.http.call({ method: 'POST', url: unbind, payload: {}, ...options })).statusCode;
    expect(await write({ cookies: { dev_user: 'x' } })).toBe(403);
    expect(await write({ cookies: { dev_user: 'x' }, headers: { origin: 'https://connect.example' } })).toBe(200);
    expect(await write({ headers: { origin: 'https://evil.example' } })).toBe(403);
    expect(await write({ headers: { 'x-dev-user': 'x' } })).toBe(200);
    expect(await write({ headers: { 'x-dev-user': '' } })).toBe(401);
    expect(await write({})).toBe(200);
  });

  it('are not believed by a header that a page of another origin has written', async () => {
    const write = async (headers: Readonly<Record<string, string>>): Promise<number> =>
      (await world.http.call({ method: 'POST', url: unbind, payload: {}, headers: { 'x-dev-user': 'x', ...headers } })).statusCode;
    expect(await write({ origin: 'https://evil.example' })).toBe(403);
    expect(await write({ origin: 'null' })).toBe(403);
    expect(await write({ origin: 'https://connect.example' })).toBe(200);
    expect(await write({ origin: 'https://app.example' })).toBe(200);
    const headers = { authorization: 'Bearer dev', origin: 'https://evil.example' };
    const made = await world.http.call({ method: 'POST', url: '/v1/connect-sessions', headers, payload: { user_id: 'x' } });
    expect(made.statusCode).toBe(403);
  });

  it.each(['localhost', 'LOCALHOST:3000', '127.0.0.1:3000', '127.8.9.10', '[::1]:3000', 'connect.example'])(
    'reach the service under the name %s',
    async (host) => {
      expect((await world.http.app.inject({ url: info, headers: { host } })).statusCode).toBe(200);
    },
  );

  it.each(['evil.example', 'evil.example:3000', 'localhost.evil.example', '127.0.0.1.evil.example', '192.168.0.7', 'connect.example:1'])(
    'reach nothing that asks for no proof under the name %s, which anyone could have led here',
    async (host) => {
      for (const url of [info, list, '/nowhere', '/docs', '/livez?x', '/api/tiktok/auth/authorize', '/api/tiktok/auth/callback?state=a']) {
        const answer = await world.http.app.inject({ url, headers: { host, authorization: 'Bearer dev' } });
        expect([answer.statusCode, answer.headers['content-type']]).toEqual([403, 'application/problem+json; charset=utf-8']);
        expect(problemIn(answer).detail).toContain('PUBLIC_URL (https://connect.example)');
      }
      const asked = await world.http.app.inject({
        method: 'OPTIONS',
        url: list,
        headers: { host, origin: 'https://app.example', 'access-control-request-method': 'GET' },
      });
      expect(asked.statusCode).toBe(403);
      const page = await world.http.app.inject({ url: '/dashboard/account', headers: { host } });
      expect([page.statusCode, page.body.includes('https://connect.example')]).toEqual([403, true]);
      expect((await world.http.app.inject({ url: '/livez', headers: { host } })).statusCode).toBe(200);
      const webhook = await world.http.app.inject({ method: 'POST', url: '/webhooks/tiktok', headers: { host, 'content-type': 'application/json' }, body: '{}' });
      expect(problemIn(webhook)).toMatchObject({ status: 401, code: 'unauthenticated' });
    },
  );
});
