import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { signedHeader, webhookBody } from '../support/signed-webhook.ts';
import { createWireWorld, type Replica, type WireWorld } from '../support/wire-world.ts';

const event = z.object({ type: z.string(), data: z.string().transform((text): unknown => JSON.parse(text)), metadata: z.string().transform((text): unknown => JSON.parse(text)) });
const history = `select type, data, metadata from tiktok_connections.events where stream = 'tiktok_connection-' || $1 order by revision`;
const pendingRow = z.object({ pending: z.number() });
const patient = { timeout: 30_000, interval: 50 };

let world: WireWorld;
let replica: Replica;

beforeAll(async () => {
  world = await createWireWorld({ TOKEN_REFRESH: 'lazy', TIKTOK_CLIENT_SECRET_PREVIOUS: 'a-former-made-up-secret' });
  replica = await world.start();
  await world.tiktok.changeApp(world.simulator.app.clientKey, { webhook_url: `${replica.url}/webhooks/tiktok` });
});
afterAll(() => world.close());

const live = (seconds: number) =>
  world.tiktok.changeApp(world.simulator.app.clientKey, { lifetimes: { access_token_seconds: seconds, refresh_token_seconds: 86_400 } });

const connected = async (user: string, seconds = 86_400): Promise<string> => {
  await live(seconds);
  await world.tiktok.addAccount(user);
  await replica.person(user).connect({ account: user });
  await live(86_400);
  return idOf(user);
};
const idOf = async (user: string): Promise<string> => (await replica.person(user).connections())[0]?.id ?? '';

const eventsOf = async (id: string) => world.history(event, history, [id]);
const typesOf = async (id: string): Promise<readonly string[]> => (await eventsOf(id)).map(({ type }) => type);
const pending = async (): Promise<number> =>
  (await world.rows(pendingRow, 'select count(*)::integer as pending from tiktok_connections.webhook_intake where event = $1 and due_at is not null', ['authorization.removed']))[0]?.pending ?? -1;
const worked = () => vi.waitFor(async () => expect(await pending()).toBe(0), patient);

const expired = async (id: string): Promise<void> => {
  const over = 'select access_token_expires_at < clock_timestamp() as over from tiktok_connections.connections where connection_id = $1';
  await vi.waitFor(async () => expect(await world.rows(z.object({ over: z.boolean() }), over, [id])).toEqual([{ over: true }]), patient);
};

/** A webhook that TikTok sends although nothing happened. */
const falseAlarm = async (account: string, fields: Readonly<Record<string, unknown>> = {}): Promise<void> => {
  await world.tiktok.ask('POST', '/webhooks', { event: 'authorization.removed', account, content: { reason: 1 }, ...fields });
};

/** TikTok's delivery, made here, to any replica. */
const deliver = (to: Replica, body: string, clientSecret = world.simulator.app.clientSecret) =>
  to.wire.call({
    method: 'POST',
    url: '/webhooks/tiktok',
    headers: { 'content-type': 'application/json', 'tiktok-signature': signedHeader(clientSecret, Math.floor(Date.now() / 1_000), body) },
    body,
  });

const now = (): number => Math.floor(Date.now() / 1_000);

describe("TikTok's authorization.removed", () => {
  it('disconnects once TikTok confirms it, and the keys of the life go', async () => {
    const id = await connected('leaver');
    await world.tiktok.removeApp('leaver');
    await vi.waitFor(async () => expect(await typesOf(id)).toEqual(['Connected', 'Disconnected']), patient);
    const [, end] = await eventsOf(id);
    expect(end?.data).toMatchObject({ life: 1, by: { kind: 'tiktok', reason: 1 }, revokeConfirmed: true });
    expect(end?.metadata).toMatchObject({ actor: { kind: 'tiktok' } });
    await vi.waitFor(async () => expect(await replica.person('leaver').connections()).toEqual([]), patient);
    const keys = `select count(*)::integer as pending from tiktok_connections.data_keys where connection_id = $1 and purpose = 'tokens'`;
    await vi.waitFor(async () => expect(await world.rows(pendingRow, keys, [id])).toEqual([{ pending: 0 }]), patient);
  });

  it('that nothing confirms is recorded, once for each webhook, and changes nothing', async () => {
    const id = await connected('stayer');
    await falseAlarm('stayer', { copies: 3 });
    await falseAlarm('stayer', { create_time: now() + 1 });
    await vi.waitFor(async () => expect(await typesOf(id)).toEqual(['Connected', 'RevocationIgnored', 'RevocationIgnored']), patient);
    await worked();
    expect((await eventsOf(id)).slice(1).map(({ data }) => data)).toEqual([expect.objectContaining({ why: 'still_granted' }), expect.objectContaining({ why: 'still_granted' })]);
    await vi.waitFor(async () => expect((await replica.person('stayer').connections())[0]).toMatchObject({ status: 'active', revision: 3 }), patient);
  });

  it('about an older life changes nothing, and TikTok is not asked', async () => {
    const id = await connected('returner');
    const asked = await world.tiktok.countCalls({ endpoint: 'user_info', account: 'returner' });
    await falseAlarm('returner', { create_time: now() - 3_600 });
    await vi.waitFor(async () => expect(await typesOf(id)).toEqual(['Connected', 'RevocationIgnored']), patient);
    expect((await eventsOf(id))[1]?.data).toMatchObject({ why: 'older_life' });
    expect(await world.tiktok.countCalls({ endpoint: 'user_info', account: 'returner' })).toBe(asked);
  });

  it('of our own disconnecting finds nothing left to do', async () => {
    const id = await connected('unbinder');
    await replica.person('unbinder').unbind(id);
    await worked();
    expect(await typesOf(id)).toEqual(['Connected', 'Disconnected']);
  });

  it('is confirmed by a fresh token: one that has ended is refreshed first', async () => {
    const id = await connected('sleeper', 1);
    await expired(id);
    await falseAlarm('sleeper');
    await vi.waitFor(async () => expect(await typesOf(id)).toEqual(['Connected', 'TokenRefreshStarted', 'TokensRefreshed', 'RevocationIgnored']), patient);
  });

  it('is confirmed by a refused refresh where the token has ended', async () => {
    const id = await connected('gone', 1);
    await expired(id);
    await world.tiktok.removeApp('gone');
    await vi.waitFor(async () => expect(await typesOf(id)).toEqual(['Connected', 'TokenRefreshStarted', 'ReauthorizationRequired', 'Disconnected']), patient);
  });

  it('waits while TikTok does not answer: silence ends nothing', async () => {
    const id = await connected('silent');
    await world.tiktok.addFaults({ endpoint: 'user_info', account: 'silent', times: 1, action: { type: 'respond', status: 500 } });
    await falseAlarm('silent');
    const tried = 'select count(*)::integer as pending from tiktok_connections.webhook_intake where due_at is not null and attempts = 1 and last_reason is not null';
    await vi.waitFor(async () => expect(await world.rows(pendingRow, tried)).toEqual([{ pending: 1 }]), patient);
    expect(await typesOf(id)).toEqual(['Connected']);
    await world.rows(z.unknown(), 'update tiktok_connections.webhook_intake set due_at = clock_timestamp() where due_at is not null');
    await vi.waitFor(async () => expect(await typesOf(id)).toEqual(['Connected', 'RevocationIgnored']), patient);
  });

  it('racing a refresh of a grant that stands ends nothing', async () => {
    const id = await connected('racer');
    await world.tiktok.addFaults({ endpoint: 'token.refresh', account: 'racer', times: 1, delay_ms: 400, action: { type: 'pass' } });
    const refreshed = replica.wire.call({ method: 'POST', url: `/v1/connections/${id}/refresh`, headers: { authorization: 'Bearer dev' } });
    await vi.waitFor(async () => expect(await typesOf(id)).toContain('TokenRefreshStarted'), patient);
    await falseAlarm('racer');
    expect((await refreshed).status).toBe(200);
    await worked();
    expect([...(await typesOf(id))].sort()).toEqual(['Connected', 'RevocationIgnored', 'TokenRefreshStarted', 'TokensRefreshed']);
  });

  it('racing a refresh of a grant that is gone ends the life once', async () => {
    const id = await connected('racer-gone');
    await world.tiktok.addFaults({ endpoint: 'token.refresh', account: 'racer-gone', times: 1, delay_ms: 400, action: { type: 'pass' } });
    const refreshed = replica.wire.call({ method: 'POST', url: `/v1/connections/${id}/refresh`, headers: { authorization: 'Bearer dev' } });
    await vi.waitFor(async () => expect(await typesOf(id)).toContain('TokenRefreshStarted'), patient);
    await world.tiktok.removeApp('racer-gone');
    expect((await refreshed).status).toBe(409);
    await worked();
    expect((await typesOf(id)).filter((type) => type === 'Disconnected')).toHaveLength(1);
  });
});

describe('a webhook', () => {
  it('signed with the former secret is taken while the secrets are rotated', async () => {
    expect((await deliver(replica, webhookBody({ event: 'something.new' }), 'a-former-made-up-secret')).status).toBe(200);
    expect((await deliver(replica, webhookBody({ event: 'something.new' }), 'a-secret-of-nobody')).status).toBe(401);
  });

  it('about a publication that only a later version understands stays in the intake for it', async () => {
    const body = webhookBody({ event: 'post.publish.of_a_later_version' });
    expect((await deliver(replica, body)).status).toBe(200);
    const row = z.object({ attempts: z.number(), due: z.boolean(), kept: z.boolean() });
    const waiting = `select attempts, due_at is not null as due, body is not null as kept from tiktok_connections.webhook_intake where event = 'post.publish.of_a_later_version'`;
    expect(await world.rows(row, waiting)).toEqual([{ attempts: 0, due: true, kept: true }]);
  });

  it('that waits is shown in the metrics; those for a later version are not, those that fit no publication are counted apart', async () => {
    const figures = async (): Promise<string> => (await replica.wire.call({ url: '/metrics' })).body;
    const body = webhookBody({ event: 'post.publish.complete', content: '{"publish_id":"of-nobody"}' });
    expect((await deliver(replica, body)).status).toBe(200);
    await vi.waitFor(async () => expect(await figures()).toMatch(/^tiktok_connections_webhooks_unmatched 1$/m), patient);
    expect(await figures()).toMatch(/^tiktok_connections_webhooks_pending 0$/m);
    expect(await figures()).toMatch(/^tiktok_connections_webhooks_oldest_pending_seconds 0$/m);
  });

  it('that was answered is worked on although the process was killed before', async () => {
    const id = await connected('orphan');
    const openId = await world.tiktok.openId('orphan');
    const front = await world.start({ ROLES: 'http' });
    await replica.stop();
    const body = webhookBody({ user_openid: openId, create_time: now() + 1, content: '{"reason":4}' });
    await world.tiktok.changeApp(world.simulator.app.clientKey, { webhook_url: null });
    await world.tiktok.removeApp('orphan');
    expect((await deliver(front, body)).status).toBe(200);
    await front.kill();
    expect(await typesOf(id)).toEqual(['Connected']);
    replica = await world.start();
    await vi.waitFor(async () => expect(await typesOf(id)).toEqual(['Connected', 'Disconnected']), patient);
    expect((await eventsOf(id))[1]?.data).toMatchObject({ by: { kind: 'tiktok', reason: 4 } });
  });
});
