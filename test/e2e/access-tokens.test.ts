import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { WireAnswer } from '../support/wire.ts';
import { createWireWorld, type Replica, type WireWorld } from '../support/wire-world.ts';

const service = { authorization: 'Bearer dev' };
const granted = z.object({ access_token: z.string(), expires_at: z.iso.datetime(), scopes: z.array(z.string()), open_id: z.string() });
const problem = z.object({ code: z.string() });
const logRow = z.object({ principal: z.string(), reason: z.string().nullable() });

const token = (replica: Replica, id: string, body: Readonly<Record<string, unknown>> = {}): Promise<WireAnswer> =>
  replica.wire.call({ method: 'POST', url: `/v1/connections/${id}/access-token`, headers: service, body });
const refresh = (replica: Replica, id: string, headers: Readonly<Record<string, string>> = service): Promise<WireAnswer> =>
  replica.wire.call({ method: 'POST', url: `/v1/connections/${id}/refresh`, headers });

describe('access tokens', () => {
  let world: WireWorld;
  let one: Replica;
  let other: Replica;

  beforeAll(async () => {
    world = await createWireWorld({ TOKEN_REFRESH: 'lazy' });
    one = await world.start();
    other = await world.start();
  });
  afterAll(() => world.close());

  const live = (seconds: number) => world.tiktok.changeApp(world.simulator.app.clientKey, { lifetimes: { access_token_seconds: seconds, refresh_token_seconds: 86_400 } });

  const connected = async (user: string, seconds = 86_400): Promise<string> => {
    await live(seconds);
    await world.tiktok.addAccount(user);
    const person = one.person(user);
    await person.connect({ account: user });
    const [connection] = await person.connections();
    await live(86_400);
    return z.object({ id: z.string() }).parse(connection).id;
  };

  const refreshes = (account: string): Promise<number> => world.tiktok.countCalls({ endpoint: 'token.refresh', account });

  const expired = async (id: string): Promise<void> => {
    const row = z.object({ over: z.boolean() });
    const over = 'select access_token_expires_at < clock_timestamp() as over from tiktok_connections.connections where connection_id = $1';
    await vi.waitFor(async () => expect(await world.rows(row, over, [id])).toEqual([{ over: true }]), { timeout: 10_000, interval: 50 });
  };

  it('are handed out as they are while they live, and every grant is in the security log', async () => {
    const id = await connected('warm');
    const answer = await token(one, id, { reason: 'a test' });
    expect(answer.status).toBe(200);
    expect(answer.headers['cache-control']).toBe('no-store');
    const { access_token: given } = granted.parse(answer.json());
    const held = await world.tiktok.tokens('warm');
    expect(held.filter(({ kind, status }) => kind === 'access' && status === 'alive').map((each) => each.token)).toContain(given);
    expect(await refreshes('warm')).toBe(0);
    const log = await world.rows(
      logRow,
      `select principal, detail->>'reason' as reason from tiktok_connections.security_log where kind = 'access_token_granted' and connection_id = $1`,
      [id],
    );
    expect(log).toEqual([{ principal: 'service:dev', reason: 'a test' }]);
  });

  it('that have ended are refreshed once for 200 readers on each of two replicas', async () => {
    const id = await connected('herd', 1);
    await expired(id);
    await world.tiktok.addFaults({ endpoint: 'token.refresh', account: 'herd', times: null, delay_ms: 50, action: { type: 'pass' } });
    const answers = await Promise.all([one, other].flatMap((replica) => Array.from({ length: 200 }, () => token(replica, id))));
    await world.tiktok.clearFaults();
    expect(answers.map(({ status }) => status).filter((status) => status !== 200)).toEqual([]);
    expect(new Set(answers.map((answer) => granted.parse(answer.json()).access_token)).size).toBe(1);
    expect(await refreshes('herd')).toBe(1);
  });

  it('are never handed to end users', async () => {
    const id = await connected('curious');
    const answer = await one.person('curious').call({ method: 'POST', url: `/v1/connections/${id}/access-token`, headers: { origin: world.environment['PUBLIC_URL'] ?? '' }, body: {} });
    expect([answer.status, problem.parse(answer.json()).code]).toEqual([403, 'forbidden']);
  });

  it.each([{ min_validity_seconds: -1 }, { min_validity_seconds: 3_601 }, { min_validity_seconds: 1.5 }, { scope: 'x' }])('are refused for %o', async (body) => {
    const id = await connected(`odd-${JSON.stringify(body).length}`);
    expect((await token(one, id, body)).status).toBe(400);
  });

  it('of a connection nobody knows are not found', async () => {
    expect((await token(one, '00000000-0000-5000-8000-000000000000')).status).toBe(404);
  });

  it('are gone once the account is disconnected', async () => {
    const id = await connected('leaver');
    await one.person('leaver').unbind(id);
    const answer = await token(one, id);
    expect([answer.status, problem.parse(answer.json()).code]).toEqual([409, 'not_connected']);
  });

  it('that TikTok refuses to refresh ask for a new consent, which heals the same life', async () => {
    const id = await connected('refused');
    await world.tiktok.addFaults({ endpoint: 'token.refresh', account: 'refused', times: 1, action: { type: 'error', code: 'invalid_grant' } });
    const answer = await refresh(one, id);
    expect(answer.status).toBe(409);
    expect(answer.json()).toMatchObject({ code: 'reauthorization_required', tiktok: { code: 'invalid_grant' } });
    expect(problem.parse((await token(other, id)).json()).code).toBe('reauthorization_required');
    const person = one.person('refused');
    await vi.waitFor(async () => expect((await person.connections())[0]?.status).toBe('reauthorization_required'));
    expect(new URL(await person.begin()).searchParams.get('disable_auto_auth')).toBe('1');
    const life = z.object({ connected_at: z.string() });
    const before = life.parse((await one.wire.call({ url: `/v1/connections/${id}`, headers: service })).json());
    await person.connect({ account: 'refused' });
    expect((await token(one, id)).status).toBe(200);
    const after = await one.wire.call({ url: `/v1/connections/${id}`, headers: service });
    expect(after.json()).toMatchObject({ status: 'active', reauthorization_reason: null, ...before });
  });

  it('whose refresh fails in passing are handed out while they live', async () => {
    const id = await connected('passing', 40);
    const before = granted.parse((await token(one, id, { min_validity_seconds: 0 })).json()).access_token;
    await world.tiktok.addFaults({ endpoint: 'token.refresh', account: 'passing', times: 2, action: { type: 'respond', status: 503, body: { error: 'server_error', error_description: 'made up', log_id: 'x' } } });
    const forced = await refresh(one, id);
    expect([forced.status, problem.parse(forced.json()).code]).toEqual([502, 'tiktok_unavailable']);
    expect(granted.parse((await token(one, id, { min_validity_seconds: 60 })).json()).access_token).toBe(before);
    await world.tiktok.clearFaults();
    expect((await refresh(one, id)).status).toBe(200);
  });

  it('whose refresh lost its answer stay in use, and the doubt ends by a probe', async () => {
    const id = await connected('lost', 3);
    const before = granted.parse((await token(one, id, { min_validity_seconds: 0 })).json()).access_token;
    await world.tiktok.addFaults({ endpoint: 'token.refresh', account: 'lost', times: 1, when: 'after', action: { type: 'drop' } });
    const forced = await refresh(one, id);
    expect([forced.status, problem.parse(forced.json()).code]).toEqual([503, 'unavailable']);
    expect(forced.headers['retry-after']).toMatch(/^\d+$/);
    expect(granted.parse((await token(other, id, { min_validity_seconds: 0 })).json()).access_token).toBe(before);
    await expired(id);
    await vi.waitFor(async () => expect(problem.parse((await token(one, id)).json()).code).toBe('reauthorization_required'), { timeout: 30_000, interval: 500 });
    const shown = z.object({ reauthorization_reason: z.string() });
    const connection = await one.wire.call({ url: `/v1/connections/${id}`, headers: service });
    expect(shown.parse(connection.json()).reauthorization_reason).toBe('response_lost');
  });
});
