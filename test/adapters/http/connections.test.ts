import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createConnections } from '../../../src/adapters/postgres/connections/postgres-connections.ts';
import { createApiKeys } from '../../../src/adapters/postgres/postgres-api-keys.ts';
import { systemClock } from '../../../src/adapters/system/system-clock.ts';
import { systemIds } from '../../../src/adapters/system/system-ids.ts';
import { createApiKey } from '../../../src/application/keys/api-keys.ts';
import { problemIn } from '../../support/http-app.ts';
import { connectAs, listed } from '../../support/http-person.ts';
import { createDevelopmentWorld, type HttpWorld } from '../../support/http-world.ts';

const service = { authorization: 'Bearer dev' };
const nobodysId = '6f0e5c1e-2b7a-5d35-9a41-0c6f0a6f7e10';

describe('reading connections', () => {
  let world: HttpWorld;
  let ada: string;
  let bruno: string;

  const read = (url: string, headers: Readonly<Record<string, string>> = service) => world.http.call({ url, headers });

  beforeAll(async () => {
    world = await createDevelopmentWorld();
    ada = await connectAs(world, 'user-a', 'ada');
    bruno = await connectAs(world, 'user-b', 'bruno');
  });

  afterAll(() => world.close());

  it('answers one with its revision as a tag, and 304 to whoever has it', async () => {
    const answer = await read(`/v1/connections/${ada}`);
    expect(answer.json()).toMatchObject({ id: ada, user_id: 'user-a', status: 'active', revision: 1, reauthorization_reason: null });
    expect(answer.headers).toMatchObject({ etag: '"1"', 'cache-control': 'no-store' });
    for (const known of ['"1"', 'W/"1"', '"7", "1"', '*']) {
      const again = await read(`/v1/connections/${ada}`, { ...service, 'if-none-match': known });
      expect([again.statusCode, again.body, again.headers['etag']]).toEqual([304, '', '"1"']);
    }
    expect((await read(`/v1/connections/${ada}`, { ...service, 'if-none-match': '"2"' })).statusCode).toBe(200);
  });

  it('takes an id in any case', async () => {
    expect((await read(`/v1/connections/${ada.toUpperCase()}`)).json()).toMatchObject({ id: ada });
  });

  it('shows an end user what is theirs and hides the rest as if it were not there', async () => {
    const own = { 'x-dev-user': 'user-a' };
    expect((await read(`/v1/connections/${ada}`, own)).statusCode).toBe(200);
    const [foreign, missing] = [await read(`/v1/connections/${bruno}`, own), await read(`/v1/connections/${nobodysId}`, own)];
    expect([foreign.statusCode, missing.statusCode]).toEqual([404, 404]);
    expect(problemIn(foreign).detail).toBe(problemIn(missing).detail);
    const page = listed.parse((await read('/v1/connections', own)).json());
    expect(page.data.map(({ id }) => id)).toEqual([ada]);
    expect(listed.parse((await read('/v1/connections?user_id=user-b', own)).json()).data).toEqual([]);
  });

  it('lists newest first, page by page', async () => {
    const first = listed.parse((await read('/v1/connections?limit=1')).json());
    expect(first.data.map(({ id }) => id)).toEqual([bruno]);
    const second = listed.parse((await read(`/v1/connections?limit=1&cursor=${encodeURIComponent(first.next_cursor ?? '')}`)).json());
    expect(second.data.map(({ id }) => id)).toEqual([ada]);
    expect(second.next_cursor).toBeNull();
  });

  it('filters by user, status and open_id', async () => {
    const { tiktok } = z.object({ tiktok: z.object({ open_id: z.string() }) }).parse((await read(`/v1/connections/${ada}`)).json());
    const ids = async (query: string): Promise<string[]> =>
      listed.parse((await read(`/v1/connections?${query}`)).json()).data.map(({ id }) => id);
    expect(await ids('user_id=user-b')).toEqual([bruno]);
    expect(await ids(`open_id=${encodeURIComponent(tiktok.open_id)}`)).toEqual([ada]);
    expect(await ids('status=disconnected')).toEqual([]);
    expect(await ids('status=active')).toEqual([bruno, ada]);
  });

  it.each(['many', '1e1', '%2B5', '+5', '05', '0x10', '1.0', '-1', ''])('refuses the limit "%s"', async (text) => {
    expect(problemIn(await read(`/v1/connections?limit=${text}`)).errors).toEqual([
      { path: 'limit', message: 'must be a whole number from 1 to 200, without sign or leading zeros' },
    ]);
  });

  it.each([
    ['?limit=0', 'limit', 'must be at least 1'],
    ['?limit=201', 'limit', 'must be at most 200'],
    ['?limit=1&limit=2', 'limit', 'may be given only once'],
    ['?status=active&status=active', 'status', 'may be given only once'],
    ['?user_id=%ff', 'user_id', 'must be percent-encoded UTF-8'],
    ['?limit=1&user_id=a%zz', 'user_id', 'must be percent-encoded UTF-8'],
    ['?open_id=%ED%A0%80', 'open_id', 'must be percent-encoded UTF-8'],
    ['?%ff=1', 'querystring', 'must be percent-encoded UTF-8'],
    ['?status=gone', 'status', 'must be one of active, reauthorization_required, disconnected'],
    ['?user_id=a&user_id=b', 'user_id', 'may be given only once'],
    ['?user_id=', 'user_id', 'must be at least 1 character'],
    ['?user_id=a%00b', 'user_id', 'must be plain text without control characters'],
    ['?open_id=%0a', 'open_id', 'must be visible ASCII characters'],
    ['?cursor=made-up', 'cursor', 'is not one that a page before this one gave as next_cursor'],
    ['?page=2', 'page', 'is not known here; leave it out'],
    ['?__proto__=2', '__proto__', 'is not known here; leave it out'],
    ['/not-a-uuid', 'id', 'must be a UUID'],
    [`/${nobodysId}?fields=all`, 'fields', 'is not known here; leave it out'],
  ])('refuses %s', async (rest, path, message) => {
    const answer = await read(`/v1/connections${rest}`);
    expect(answer.statusCode).toBe(400);
    expect(problemIn(answer)).toMatchObject({ code: 'invalid_request', errors: [{ path, message }] });
  });
});

describe('asking for one connection', () => {
  it('costs exactly one SQL statement', async () => {
    const world = await createDevelopmentWorld();
    const id = await connectAs(world, 'user-a', 'ada');
    const pool = world.database.anotherPool();
    const apiKeys = createApiKeys(world.database.pool, systemClock);
    apiKeys.start();
    const key = await createApiKey(
      { apiKeys, ids: systemIds, securityLog: world.parts.completing.securityLog },
      'reader',
      ['connections:read'],
      'test',
    );
    const headers = { authorization: `Bearer ${key.isOk() ? key.value.presented.reveal() : ''}` };
    const http = await world.another({ connections: createConnections(pool), apiKeys });
    const url = `/v1/connections/${id}`;
    expect((await http.call({ url, headers })).statusCode).toBe(200);
    const asked = pool.query.bind(pool);
    let statements = 0;
    Object.assign(pool, {
      query: (...given: Parameters<typeof asked>) => {
        statements += 1;
        return asked(...given);
      },
    });
    expect((await http.call({ url, headers })).statusCode).toBe(200);
    await apiKeys.stop();
    expect(statements).toBe(1);
    await world.close();
  });
});
