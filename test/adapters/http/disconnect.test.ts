import { errAsync, ResultAsync, type Result } from 'neverthrow';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { unavailable } from '../../../src/application/failures.ts';
import { problemIn, type Call } from '../../support/http-app.ts';
import { connectAs } from '../../support/http-person.ts';
import { createDevelopmentWorld, type HttpWorld } from '../../support/http-world.ts';

const service = { authorization: 'Bearer dev' };
const nobodysId = '6f0e5c1e-2b7a-5d35-9a41-0c6f0a6f7e10';

describe('disconnecting', () => {
  let world: HttpWorld;

  const remove = (id: string, options: Omit<Call, 'url' | 'method'> = { headers: service }) =>
    world.http.call({ method: 'DELETE', url: `/v1/connections/${id}`, ...options });
  const revocations = async (): Promise<number> => {
    const answer = await fetch(`${world.simulator.controlUrl}/calls?endpoint=revoke`);
    return z.object({ count: z.number() }).parse(await answer.json()).count;
  };

  beforeAll(async () => {
    world = await createDevelopmentWorld();
  });

  afterAll(() => world.close());

  it('revokes at TikTok, and answers the same again', async () => {
    const id = await connectAs(world, 'user-a', 'ada');
    const answer = await remove(id);
    expect(answer.json()).toMatchObject({ id, status: 'disconnected', access_token_expires_at: null, revision: 2 });
    expect(await revocations()).toBe(1);
    const again = await remove(id);
    expect(again.json()).toEqual(answer.json());
    expect(await revocations()).toBe(1);
    expect((await world.http.call({ url: `/v1/connections/${id}`, headers: service })).json()).toEqual(answer.json());
  });

  it('is for owners and for services that may write', async () => {
    const id = await connectAs(world, 'user-b', 'bruno');
    expect((await remove(id, { headers: { 'x-dev-user': 'user-c' } })).statusCode).toBe(404);
    expect((await remove(nobodysId)).statusCode).toBe(404);
    expect((await remove(id, { headers: { 'x-dev-user': 'user-b' } })).statusCode).toBe(200);
  });

  it('by cookie needs JSON and our Origin, and then no body', async () => {
    const id = await connectAs(world, 'user-d', 'chidi');
    const cookies = { dev_user: 'user-d' };
    expect((await remove(id, { cookies })).statusCode).toBe(403);
    expect((await remove(id, { cookies, headers: { origin: 'https://connect.example' } })).statusCode).toBe(403);
    expect(
      (await remove(id, { cookies, headers: { origin: 'https://connect.example', 'content-type': 'application/json' } })).statusCode,
    ).toBe(200);
  });

  it('refuses a body with fields', async () => {
    const answer = await remove(nobodysId, { headers: service, payload: { force: true } });
    expect(problemIn(answer)).toMatchObject({ code: 'invalid_request', errors: [{ path: 'force' }] });
  });

  it('gives the same resource for the same Idempotency-Key, rendered anew, and leaves a later life alone', async () => {
    const id = await connectAs(world, 'user-e', 'dilnoza');
    const headers = { ...service, 'idempotency-key': 'first' };
    expect((await remove(id, { headers })).json()).toMatchObject({ status: 'disconnected', revision: 2 });
    await connectAs(world, 'user-e', 'dilnoza');
    expect((await remove(id, { headers })).json()).toMatchObject({ status: 'active', revision: 3 });
    expect((await remove(id, { headers: { ...service, 'idempotency-key': 'second' } })).json()).toMatchObject({
      status: 'disconnected',
      revision: 4,
    });
  });

  it('refuses a key that was used for something else, and keys of one user are not those of another', async () => {
    const id = await connectAs(world, 'user-f', 'emi');
    expect((await remove(id, { headers: { ...service, 'idempotency-key': 'mine' } })).statusCode).toBe(200);
    const other = await remove(nobodysId, { headers: { ...service, 'idempotency-key': 'mine' } });
    expect(other.statusCode).toBe(422);
    expect(problemIn(other).code).toBe('idempotency_key_reused');
    expect((await remove(id, { headers: { 'x-dev-user': 'user-f', 'idempotency-key': 'mine' } })).statusCode).toBe(200);
  });

  it('answers conflict while a request with the key is still running, before TikTok is asked anything', async () => {
    const id = await connectAs(world, 'user-g', 'ada');
    await world.control('/faults', { endpoint: 'revoke', delay_ms: 1_000 });
    const before = await revocations();
    const headers = { ...service, 'idempotency-key': 'slow' };
    const first = remove(id, { headers });
    await vi.waitUntil(async () => (await revocations()) > before, { interval: 10 });
    const second = await remove(id, { headers });
    expect(second.statusCode).toBe(409);
    expect(problemIn(second).code).toBe('conflict');
    expect(await revocations()).toBe(before + 1);
    expect((await first).json()).toMatchObject({ status: 'disconnected' });
  });

  it('was done by a process that ended before it could say so: the same key gives the resource and touches no later life', async () => {
    const idempotency = { ...world.parts.idempotency, complete: () => errAsync(unavailable('database', 'a planted end')) };
    const ending = await world.another({ idempotency });
    const id = await connectAs(world, 'user-h', 'bruno');
    const headers = { ...service, 'idempotency-key': 'crashed' };
    const url = `/v1/connections/${id}`;
    expect((await ending.call({ method: 'DELETE', url, headers })).statusCode).toBe(200);
    expect((await remove(id, { headers })).statusCode).toBe(409);
    await connectAs(world, 'user-h', 'bruno');
    const before = await revocations();
    await world.database.pool.query("UPDATE tiktok_connections.idempotency_records SET leased_until = now() - interval '1 second'");
    expect((await remove(id, { headers })).json()).toMatchObject({ id, status: 'active' });
    expect(await revocations()).toBe(before);
  });

  it('is given up with a timeout when it takes too long, and the callback with an error for people', async () => {
    const forever = (): ResultAsync<never, never> => new ResultAsync(Promise.withResolvers<Result<never, never>>().promise);
    const eventStore = { ...world.parts.unbinding.eventStore, read: forever };
    const attempts = { ...world.parts.completing.attempts, consume: forever };
    const http = await world.another({
      unbinding: { ...world.parts.unbinding, eventStore },
      completing: { ...world.parts.completing, attempts },
      settings: { ...world.parts.settings, slowAnswerMillis: 50 },
    });
    const answer = await http.call({ method: 'DELETE', url: `/v1/connections/${nobodysId}`, headers: service });
    expect([answer.statusCode, problemIn(answer).code]).toEqual([504, 'timeout']);
    const back = await http.call({ url: '/api/tiktok/auth/callback?state=a&code=b' });
    expect(back.headers.location).toBe('https://connect.example/dashboard/account?tiktok_error=unexpected_error');
  });

  it('lets a request that failed be tried again with its key', async () => {
    const headers = { ...service, 'idempotency-key': 'retried' };
    expect((await remove(nobodysId, { headers })).statusCode).toBe(404);
    expect((await remove(nobodysId, { headers })).statusCode).toBe(404);
  });

  it.each([
    ['empty', ''],
    ['too long', 'k'.repeat(256)],
    ['not ASCII', 'schlüssel'],
    ['with a space', 'a b'],
  ])('refuses an Idempotency-Key that is %s', async (_, key) => {
    const answer = await remove(nobodysId, { headers: { ...service, 'idempotency-key': key } });
    expect(problemIn(answer)).toMatchObject({
      code: 'invalid_request',
      errors: [{ path: 'idempotency-key', message: 'must be 1 to 255 visible ASCII characters, given once' }],
    });
  });
});

describe('unbind', () => {
  let world: HttpWorld;

  const unbind = (user: string, options: Omit<Call, 'url' | 'method'> = {}) =>
    world.http.call({ method: 'POST', url: '/api/tiktok/unbind', ...options, headers: { 'x-dev-user': user, ...options.headers } });

  beforeAll(async () => {
    world = await createDevelopmentWorld();
  });

  afterAll(() => world.close());

  it('answers null to whoever never connected any account', async () => {
    expect((await unbind('nobody', { payload: {} })).json()).toEqual({ success: true, connection_id: null });
  });

  it('ends the only connection, also without a body, and answers the same again', async () => {
    const id = await connectAs(world, 'user-a', 'ada');
    expect((await unbind('user-a')).json()).toEqual({ success: true, connection_id: id });
    expect((await unbind('user-a', { payload: {} })).json()).toEqual({ success: true, connection_id: id });
    expect((await unbind('user-a', { payload: { connection_id: id.toUpperCase() } })).json()).toEqual({ success: true, connection_id: id });
  });

  it('asks which one when there are several', async () => {
    const first = await connectAs(world, 'user-b', 'bruno');
    await connectAs(world, 'user-b', 'chidi');
    const answer = await unbind('user-b', { payload: {} });
    expect(answer.statusCode).toBe(400);
    expect(problemIn(answer)).toMatchObject({
      errors: [{ path: 'connection_id', message: 'is required: several accounts are connected' }],
    });
    expect((await unbind('user-b', { payload: { connection_id: first } })).json()).toEqual({ success: true, connection_id: first });
  });

  it("does not find someone else's", async () => {
    const id = await connectAs(world, 'user-c', 'dilnoza');
    expect((await unbind('user-d', { payload: { connection_id: id } })).statusCode).toBe(404);
  });

  it.each([
    ['an unknown field', { id: nobodysId }, 'id'],
    ['an id that is none', { connection_id: 'x' }, 'connection_id'],
    ['a list', '[]', 'body'],
    ['a text', '"x"', 'body'],
    ['malformed JSON', '{"a"', 'body'],
    ['a poisoned prototype', '{"__proto__":{"a":1}}', 'body'],
  ])('refuses %s', async (_, payload, path) => {
    const answer = await unbind('user-a', { payload, headers: { 'content-type': 'application/json' } });
    expect(answer.statusCode).toBe(400);
    expect(problemIn(answer)).toMatchObject({ code: 'invalid_request', errors: [{ path }] });
  });

  it('refuses what is no JSON, and what is too large', async () => {
    const text = await unbind('user-a', { payload: 'x', headers: { 'content-type': 'text/plain' } });
    expect([text.statusCode, problemIn(text).code]).toEqual([415, 'unsupported_media']);
    const large = await unbind('user-a', { payload: { connection_id: 'x'.repeat(70_000) } });
    expect([large.statusCode, problemIn(large).code]).toEqual([413, 'too_large']);
  });
});
