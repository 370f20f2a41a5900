import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createApiKeys } from '../../../src/adapters/postgres/postgres-api-keys.ts';
import { systemClock } from '../../../src/adapters/system/system-clock.ts';
import { systemIds } from '../../../src/adapters/system/system-ids.ts';
import { createApiKey } from '../../../src/application/keys/api-keys.ts';
import type { ApiScope } from '../../../src/application/execution/principal.ts';
import { problemIn } from '../../support/http-app.ts';
import { connectAs } from '../../support/http-person.ts';
import { createDevelopmentWorld, type HttpWorld } from '../../support/http-world.ts';

const service = { authorization: 'Bearer dev' };
const nobodysId = '6f0e5c1e-2b7a-5d35-9a41-0c6f0a6f7e10';

const historyShape = z.object({
  data: z.array(z.object({ revision: z.number(), type: z.string(), occurred_at: z.string(), hash: z.string(), data: z.record(z.string(), z.unknown()) })),
  next_from: z.number().nullable(),
});
const feedShape = z.object({
  data: z.array(z.object({ stream: z.string(), checkpoint: z.string(), revision: z.number(), type: z.string() })),
  next_after: z.string().nullable(),
});
const logShape = z.object({
  data: z.array(z.object({ id: z.string(), kind: z.string(), principal: z.string(), connection_id: z.string().nullable() })),
  next_after: z.string().nullable(),
});

let world: HttpWorld;
/** First user-a's, then user-b's. */
let shared: string;
let other: string;

const read = (url: string, headers: Readonly<Record<string, string>> = service) => world.http.call({ url, headers });
const as = (user: string) => ({ 'x-dev-user': user });
const revisions = async (query: string, headers: Readonly<Record<string, string>> = service): Promise<readonly number[]> =>
  historyShape.parse((await read(`/v1/connections/${shared}/history${query}`, headers)).json()).data.map(({ revision }) => revision);

const bearing = async (...scopes: readonly ApiScope[]) => {
  const apiKeys = createApiKeys(world.database.pool, systemClock);
  const { securityLog } = world.parts.completing;
  const made = (await createApiKey({ apiKeys, ids: systemIds, securityLog }, 'auditor', scopes, 'test'))._unsafeUnwrap();
  return { authorization: `Bearer ${made.presented.reveal()}` };
};

beforeAll(async () => {
  world = await createDevelopmentWorld();
  shared = await connectAs(world, 'user-a', 'ada');
  await world.http.call({ method: 'DELETE', url: `/v1/connections/${shared}`, headers: service });
  await connectAs(world, 'user-b', 'ada');
  other = await connectAs(world, 'user-c', 'bruno');
});
afterAll(() => world.close());

describe('the history of a connection', () => {
  it('shows every event in order, sealed values only as [sealed]', async () => {
    const answer = await read(`/v1/connections/${shared.toUpperCase()}/history`);
    const { data, next_from } = historyShape.parse(answer.json());
    expect(data.map(({ revision, type }) => [revision, type])).toEqual([[1, 'Connected'], [2, 'Disconnected'], [3, 'Connected']]);
    expect(next_from).toBeNull();
    expect(data[0]?.data).toMatchObject({ profile: '[sealed]', tokens: { access: '[sealed]', refresh: '[sealed]' }, user_id: 'user-a' });
    expect(answer.body).not.toContain('s1.');
    expect(z.looseObject({ data: z.array(z.unknown()) }).parse(answer.json()).data[0]).toMatchObject({ actor: { kind: 'user', id: 'user-a' } });
  });

  it('comes page by page, each beginning at its revision', async () => {
    const first = historyShape.parse((await read(`/v1/connections/${shared}/history?limit=2`)).json());
    expect([first.data.length, first.next_from]).toEqual([2, 3]);
    expect(await revisions('?from=3&limit=2')).toEqual([3]);
    expect(await revisions('?from=9')).toEqual([]);
  });

  it('shows an end user the lives that were theirs, and nobody elses', async () => {
    expect(await revisions('', as('user-a'))).toEqual([1, 2]);
    expect(await revisions('?from=2', as('user-a'))).toEqual([2]);
    expect(await revisions('?from=3', as('user-a'))).toEqual([]);
    expect(await revisions('', as('user-b'))).toEqual([3]);
    const first = historyShape.parse((await read(`/v1/connections/${shared}/history?limit=1`, as('user-a'))).json());
    expect([first.data.map(({ revision }) => revision), first.next_from]).toEqual([[1], 2]);
    const [foreign, missing] = [
      await read(`/v1/connections/${shared}/history`, as('user-c')),
      await read(`/v1/connections/${nobodysId}/history`, as('user-c')),
    ];
    expect([foreign.statusCode, missing.statusCode]).toEqual([404, 404]);
    expect(problemIn(foreign).detail).toBe(problemIn(missing).detail);
    expect((await read(`/v1/connections/${nobodysId}/history`)).statusCode).toBe(404);
  });

  it('is for services with audit:read', async () => {
    expect((await read(`/v1/connections/${shared}/history`, await bearing('connections:read'))).statusCode).toBe(403);
    expect((await read(`/v1/connections/${shared}/history`, await bearing('audit:read'))).statusCode).toBe(200);
  });

  it.each(['from=0', 'from=-1', 'limit=0', 'limit=201', 'until=3'])('refuses ?%s', async (query) => {
    expect(problemIn(await read(`/v1/connections/${shared}/history?${query}`)).code).toBe('invalid_request');
  });
});

describe('the state of a connection', () => {
  const stateAt = (at: string, headers: Readonly<Record<string, string>> = service, id = shared) =>
    read(`/v1/connections/${id}/state?at=${encodeURIComponent(at)}`, headers);

  it('is rebuilt for a revision, inclusive', async () => {
    expect((await stateAt('1')).json()).toMatchObject({ id: shared, user_id: 'user-a', status: 'active', revision: 1, tiktok: { display_name: 'Ada Builds' } });
    expect((await stateAt('2')).json()).toMatchObject({ user_id: 'user-a', status: 'disconnected', revision: 2, access_token_expires_at: null });
    expect((await stateAt('99')).json()).toMatchObject({ user_id: 'user-b', status: 'active', revision: 3 });
  });

  it('is rebuilt for a time, inclusive', async () => {
    const { data } = historyShape.parse((await read(`/v1/connections/${shared}/history`)).json());
    const time = data[1]?.occurred_at ?? '';
    expect((await stateAt(time)).json()).toMatchObject({ status: 'disconnected', revision: 2 });
    const before = new Date(Date.parse(time) - 1).toISOString();
    expect((await stateAt(before)).json()).toMatchObject({ status: 'active', revision: 1 });
    expect((await stateAt(before.replace('Z', '+00:00'))).json()).toMatchObject({ status: 'active', revision: 1 });
  });

  it('is not there before the first event', async () => {
    expect((await stateAt('0')).statusCode).toBe(404);
    expect((await stateAt('2020-01-01T00:00:00Z')).statusCode).toBe(404);
    expect((await stateAt('1', service, nobodysId)).statusCode).toBe(404);
  });

  it('shows an end user how it was while it was theirs', async () => {
    expect((await stateAt('99', as('user-a'))).json()).toMatchObject({ user_id: 'user-a', status: 'disconnected', revision: 2 });
    expect((await stateAt('2', as('user-b'))).statusCode).toBe(404);
    expect((await stateAt('3', as('user-b'))).json()).toMatchObject({ user_id: 'user-b', revision: 3 });
    expect((await stateAt('3', as('user-c'))).statusCode).toBe(404);
    expect((await stateAt('1', await bearing('connections:read'))).statusCode).toBe(403);
  });

  it('shows nulls for what was erased since', async () => {
    await world.database.pool.query(
      `insert into tiktok_connections.data_key_fences (connection_id, life, purpose, because) values ($1, 1, 'profile', 'erased')`,
      [other],
    );
    await world.database.pool.query('delete from tiktok_connections.data_keys where connection_id = $1', [other]);
    const fresh = await world.another({});
    const answer = await fresh.call({ url: `/v1/connections/${other}/state?at=1`, headers: service });
    expect(answer.json()).toMatchObject({ status: 'active', tiktok: { open_id: null, display_name: null, avatar_url: null } });
  });

  it.each(['', '?at=', '?at=soon', '?at=2026-01-31', '?at=-1', '?at=1.5', '?at=1&at=2'])('refuses %s', async (query) => {
    const answer = await read(`/v1/connections/${shared}/state${query}`);
    expect([answer.statusCode, problemIn(answer).errors.map(({ path }) => path)]).toEqual([400, ['at']]);
  });
});

describe('the feed of all events', () => {
  it('comes page by page and ends with null', async () => {
    const streams: string[] = [];
    let after = '';
    for (;;) {
      const page = feedShape.parse((await read(`/v1/audit/events?limit=1${after}`)).json());
      streams.push(...page.data.map(({ stream, revision }) => `${stream}@${revision}`));
      if (page.next_after === null) break;
      expect(page.next_after).toBe(page.data.at(-1)?.checkpoint);
      after = `&after=${encodeURIComponent(page.next_after)}`;
    }
    expect(streams).toEqual([1, 2, 3].map((revision) => `tiktok_connection-${shared}@${revision}`).concat(`tiktok_connection-${other}@1`));
  });

  it('goes on behind the last event when there is a new one, and says nothing twice', async () => {
    const last = feedShape.parse((await read('/v1/audit/events')).json()).data.at(-1)?.checkpoint ?? '';
    const nothing = feedShape.parse((await read(`/v1/audit/events?after=${encodeURIComponent(last)}`)).json());
    expect(nothing).toEqual({ data: [], next_after: null });
  });

  it('refuses what is no checkpoint of this store', async () => {
    for (const after of ['made-up', 'pg:1:00000000000000000001:0000000000000000001']) {
      const answer = await read(`/v1/audit/events?after=${after}`);
      expect([answer.statusCode, problemIn(answer).errors[0]?.path]).toEqual([400, 'after']);
    }
  });

  it('is for services with audit:read only', async () => {
    expect((await read('/v1/audit/events', as('user-a'))).statusCode).toBe(403);
    expect((await read('/v1/audit/events', await bearing('connections:read', 'tokens:read'))).statusCode).toBe(403);
    expect((await read('/v1/audit/events', await bearing('admin'))).statusCode).toBe(200);
  });
});

describe('the security log', () => {
  const entries = async (query: string) => logShape.parse((await read(`/v1/audit/security-log${query}`)).json());

  it('has each reading with who read, and nothing of a reading that was refused', async () => {
    const before = (await entries('?limit=200')).data.at(-1)?.id ?? '0';
    await read(`/v1/connections/${shared}/history`, as('user-b'));
    await read(`/v1/connections/${shared}/history`, as('user-c'));
    await read(`/v1/connections/${shared}/state?at=1`);
    await read('/v1/audit/events?limit=1');
    const { data } = await entries(`?limit=200&after=${before}`);
    expect(data.map(({ kind, principal, connection_id }) => [kind, principal, connection_id])).toEqual([
      ['history_read', 'user:user-b', shared],
      ['history_read', 'service:dev', shared],
      ['history_read', 'service:dev', null],
    ]);
  });

  it('has tokens handed out, connects refused, keys made and revoked', async () => {
    const before = (await entries('?limit=200')).data.at(-1)?.id ?? '0';
    await world.http.call({ method: 'POST', url: `/v1/connections/${shared}/access-token`, headers: service, payload: { reason: 'a test' } });
    await world.http.call({ url: '/api/tiktok/auth/callback?code=made-up&state=made-up' });
    await bearing('audit:read');
    const page = await read(`/v1/audit/security-log?after=${before}`);
    expect(page.json()).toMatchObject({
      data: [
        { kind: 'access_token_granted', principal: 'service:dev', connection_id: shared, detail: { reason: 'a test' } },
        { kind: 'connect_refused', principal: 'anonymous', connection_id: null, detail: { code: 'invalid_state' } },
        { kind: 'api_key_created', principal: 'test', connection_id: null, detail: { name: 'auditor', scopes: ['audit:read'] } },
      ],
      next_after: null,
    });
    expect(page.body).not.toMatch(/made-up|tck_/);
  });

  it('comes page by page and about one connection', async () => {
    const first = await entries(`?limit=1&connection_id=${shared}`);
    expect(first.next_after).toBe(first.data[0]?.id);
    const second = await entries(`?limit=200&connection_id=${shared.toUpperCase()}&after=${first.next_after ?? ''}`);
    expect(second.data.every(({ connection_id }) => connection_id === shared)).toBe(true);
    expect(second.data.map(({ id }) => id)).not.toContain(first.data[0]?.id);
    expect(second.next_after).toBeNull();
  });

  it('is for services with audit:read only', async () => {
    expect((await read('/v1/audit/security-log', as('user-a'))).statusCode).toBe(403);
    expect((await read('/v1/audit/security-log', await bearing('tokens:read'))).statusCode).toBe(403);
    expect((await read('/v1/audit/security-log', await bearing('audit:read'))).statusCode).toBe(200);
  });

  it.each(['after=made-up', 'after=-1', 'after=', 'limit=201', 'connection_id=made-up', 'kind=history_read'])('refuses ?%s', async (query) => {
    expect(problemIn(await read(`/v1/audit/security-log?${query}`)).code).toBe('invalid_request');
  });
});
