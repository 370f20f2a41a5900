import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiKeys } from '../../../src/adapters/postgres/postgres-api-keys.ts';
import { createSecurityLog } from '../../../src/adapters/postgres/postgres-security-log.ts';
import { systemClock } from '../../../src/adapters/system/system-clock.ts';
import { systemIds } from '../../../src/adapters/system/system-ids.ts';
import { createApiKey } from '../../../src/application/keys/api-keys.ts';
import { noProfile } from '../../../src/application/reading/profile.ts';
import { problemIn, type Call } from '../../support/http-app.ts';
import { connectAs } from '../../support/http-person.ts';
import { createDevelopmentWorld, type HttpWorld } from '../../support/http-world.ts';

const service = { authorization: 'Bearer dev' };
const nobodysId = '6f0e5c1e-2b7a-5d35-9a41-0c6f0a6f7e10';

let world: HttpWorld;
beforeAll(async () => {
  world = await createDevelopmentWorld();
});
afterAll(() => world.close());

const erase = (url: string, options: Omit<Call, 'url' | 'method'> = { headers: service }) => world.http.call({ method: 'POST', url: `/v1/${url}/erase`, ...options });
const connectionOf = async (id: string): Promise<unknown> => (await world.http.call({ url: `/v1/connections/${id}`, headers: service })).json();

describe('POST /v1/connections/{id}/erase', () => {
  it('disconnects, erases, answers 202 with nothing of TikTok left, and the same again', async () => {
    const id = await connectAs(world, 'user-a', 'ada');
    const answer = await erase(`connections/${id.toUpperCase()}`);
    expect(answer.statusCode).toBe(202);
    expect(answer.json()).toMatchObject({ id, user_id: 'user-a', status: 'disconnected', tiktok: noProfile, access_token_expires_at: null, revision: 3 });
    expect((await erase(`connections/${id}`)).json()).toEqual(answer.json());
    expect(await connectionOf(id)).toEqual(answer.json());
    expect((await world.http.call({ url: '/api/tiktok/user/info', headers: { 'x-dev-user': 'user-a' } })).json()).toMatchObject({ connected: false });
  });

  it('is for services with admin, and never for end users', async () => {
    const id = await connectAs(world, 'user-b', 'bruno');
    const { pool } = world.database;
    const ports = { apiKeys: createApiKeys(pool, systemClock), ids: systemIds, securityLog: createSecurityLog(pool) };
    const made = (await createApiKey(ports, 'writer', ['connections:write', 'audit:read'], 'test'))._unsafeUnwrap();
    const refused = await erase(`connections/${id}`, { headers: { authorization: `Bearer ${made.presented.reveal()}` } });
    expect([refused.statusCode, problemIn(refused).code]).toEqual([403, 'forbidden']);
    for (const url of [`connections/${id}`, 'users/user-b']) {
      expect((await erase(url, { headers: { 'x-dev-user': 'user-b' } })).statusCode).toBe(403);
    }
    expect(await connectionOf(id)).toMatchObject({ status: 'active' });
  });

  it('is 404 for what was never connected, and 400 with a body', async () => {
    expect(problemIn(await erase(`connections/${nobodysId}`)).code).toBe('not_found');
    expect(problemIn(await erase(`connections/${nobodysId}`, { headers: service, payload: { sure: true } })).code).toBe('invalid_request');
  });

  it('leaves a later life alone when a key is repeated, also after a crash before the answer', async () => {
    const id = await connectAs(world, 'user-c', 'chidi');
    const headers = { ...service, 'idempotency-key': 'once' };
    expect((await erase(`connections/${id}`, { headers })).statusCode).toBe(202);
    await connectAs(world, 'user-c', 'chidi');
    expect((await erase(`connections/${id}`, { headers })).json()).toMatchObject({ status: 'active', revision: 4 });
    await world.database.pool.query("update tiktok_connections.idempotency_records set resource = null, leased_until = clock_timestamp() where key = 'once'");
    expect((await erase(`connections/${id}`, { headers })).json()).toMatchObject({ status: 'active', revision: 4 });
    expect(problemIn(await erase(`connections/${nobodysId}`, { headers })).code).toBe('idempotency_key_reused');
  });
});

describe('POST /v1/users/{user_id}/erase', () => {
  it('erases every account of the user and names them', async () => {
    const ids = [await connectAs(world, 'user d/ü', 'dilnoza'), await connectAs(world, 'user d/ü', 'emi')].sort();
    const answer = await erase(`users/${encodeURIComponent('user d/ü')}`);
    expect(answer.statusCode).toBe(202);
    expect(answer.json()).toEqual({ user_id: 'user d/ü', connection_ids: ids });
    for (const id of ids) expect(await connectionOf(id)).toMatchObject({ status: 'disconnected', tiktok: noProfile });
  });

  it('answers an empty list for a user without connections', async () => {
    const answer = await erase('users/nobody');
    expect([answer.statusCode, answer.json()]).toEqual([202, { user_id: 'nobody', connection_ids: [] }]);
  });

  it('gives the same answer for the same key and touches no later life', async () => {
    const id = await connectAs(world, 'user-e', 'ada');
    const headers = { ...service, 'idempotency-key': 'user-once' };
    const first = await erase('users/user-e', { headers });
    expect(first.json()).toEqual({ user_id: 'user-e', connection_ids: [id] });
    await connectAs(world, 'user-e', 'ada');
    expect((await erase('users/user-e', { headers })).json()).toEqual(first.json());
    await world.database.pool.query("update tiktok_connections.idempotency_records set resource = null, leased_until = clock_timestamp() where key = 'user-once'");
    expect((await erase('users/user-e', { headers })).json()).toEqual(first.json());
    expect(await connectionOf(id)).toMatchObject({ status: 'active' });
    expect(problemIn(await erase('users/user-f', { headers })).code).toBe('idempotency_key_reused');
  });
});
