import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { alertRules, checkout, dashboardQueries } from '../support/alert-rules.ts';
import { historyIsInPostgres } from '../support/chosen-event-store.ts';
import { madeUpVideo } from '../support/made-up-videos.ts';
import { scrapeOf, type Scrape } from '../support/prometheus.ts';
import { missingFrom } from '../support/promql.ts';
import { freePort } from '../support/service-process.ts';
import { signedHeader, webhookBody } from '../support/signed-webhook.ts';
import { createWireWorld, type Replica, type WireWorld } from '../support/wire-world.ts';

const service = { authorization: 'Bearer dev' };
const patient = { timeout: 30_000, interval: 100 };
const idOf = z.object({ id: z.uuid() });

let world: WireWorld;
let replica: Replica;
let connection: string;
let figures: () => Promise<Scrape>;

const post = (url: string, body: Readonly<Record<string, unknown>> = {}) =>
  replica.wire.call({ method: 'POST', url, headers: { ...service, 'idempotency-key': randomUUID() }, body });
const refresh = async (): Promise<number> => (await replica.wire.call({ method: 'POST', url: `/v1/connections/${connection}/refresh`, headers: service })).status;

beforeAll(async () => {
  world = await createWireWorld({ TIKTOK_SCOPES: 'user.info.basic,video.publish,video.upload', TOKEN_REFRESH: 'lazy', METRICS_PORT: String(await freePort()) });
  await world.tiktok.withoutWaiting();
  replica = await world.start();
  figures = () => scrapeOf(`http://127.0.0.1:${world.environment['METRICS_PORT'] ?? ''}`);
  await world.tiktok.addAccount('counted');
  await replica.person('counted').connect({ account: 'counted' });
  connection = idOf.parse((await replica.person('counted').connections())[0]).id;
});
afterAll(() => world.close());

describe('requests', () => {
  it('are counted by route and class of status, and their time is measured', async () => {
    const before = await figures();
    for (const url of [`/v1/connections/${connection}`, `/v1/connections/${randomUUID()}`, `/nowhere/${randomUUID()}`, `/nowhere/${randomUUID()}`]) {
      await fetch(`${replica.url}${url}`, { headers: service });
    }
    await vi.waitFor(async () => {
      const shown = await figures();
      const more = (labels: Readonly<Record<string, string>>): number =>
        (shown.sum('tiktok_connections_http_requests_total', labels) ?? 0) - (before.sum('tiktok_connections_http_requests_total', labels) ?? 0);
      expect(more({ method: 'GET', route: '/v1/connections/:id', status: '2xx' })).toBe(1);
      expect(more({ method: 'GET', route: '/v1/connections/:id', status: '4xx' })).toBe(1);
      expect(more({ method: 'GET', route: 'none', status: '4xx' })).toBe(2);
      const timed = { method: 'GET', route: '/v1/connections/:id' };
      expect(shown.sum('tiktok_connections_http_request_duration_seconds_count', timed)).toBe(shown.sum('tiktok_connections_http_requests_total', timed));
      expect(shown.sum('tiktok_connections_http_request_duration_seconds_bucket', { ...timed, le: '+Inf' })).toBe(shown.sum('tiktok_connections_http_requests_total', timed));
      expect(shown.sum('tiktok_connections_http_request_duration_seconds_sum', timed)).toBeGreaterThan(0);
    }, patient);
  });

  it('whose caller leaves are counted as such', async () => {
    const leaving = new AbortController();
    const stream = await fetch(`${replica.url}/v1/publications/${await published()}/events`, { headers: service, signal: leaving.signal });
    expect(stream.status).toBe(200);
    leaving.abort();
    await vi.waitFor(async () => expect((await figures()).sum('tiktok_connections_http_requests_total', { route: '/v1/publications/:id/events' })).toBe(1), patient);
  });
});

const published = async (): Promise<string> => {
  const video = new Uint8Array(await madeUpVideo({ container: 'mp4', codec: 'avc' }));
  const stored = await fetch(`${replica.url}/v1/media`, { method: 'POST', headers: { ...service, 'content-type': 'video/mp4' }, body: video });
  const media = idOf.parse(await stored.json()).id;
  const accepted = await post('/v1/publications', {
    connection_id: connection,
    kind: 'video',
    mode: 'draft',
    post: { title: 'Counted' },
    consent: null,
    source: { type: 'media', media_id: media },
  });
  return idOf.parse(accepted.json()).id;
};

it('refreshes are counted by what came of them, calls of TikTok by endpoint and outcome, events by type', async () => {
  expect(await refresh()).toBe(200);
  await world.tiktok.addFaults({ endpoint: 'token.refresh', times: 1, action: { type: 'respond', status: 503 } });
  expect(await refresh()).not.toBe(200);
  const shown = await figures();
  expect(shown.sum('tiktok_connections_token_refreshes_total', { outcome: 'refreshed' })).toBe(1);
  expect(shown.sum('tiktok_connections_token_refreshes_total', { outcome: 'reauthorization_required' })).toBe(0);
  expect(shown.sum('tiktok_connections_tiktok_calls_total', { endpoint: 'token_exchange', outcome: 'ok' })).toBe(1);
  expect(shown.sum('tiktok_connections_tiktok_calls_total', { endpoint: 'token_refresh', outcome: 'ok' })).toBe(1);
  expect(shown.sum('tiktok_connections_tiktok_call_duration_seconds_count', { endpoint: 'token_refresh' })).toBe(2);
  expect(shown.sum('tiktok_connections_events_appended_total', { type: 'TokensRefreshed' })).toBe(1);
  expect(shown.sum('tiktok_connections_events_appended_total', { type: 'Connected' })).toBe(1);
  expect(shown.sum('tiktok_connections_refreshing_stopped', { because: 'outage' })).toBe(0);
});

it('work, webhooks, connections and publications are counted', async () => {
  const shown = () => figures();
  const body = webhookBody({ event: 'post.publish.complete', content: '{"publish_id":"of-nobody"}' });
  const deliver = () =>
    replica.wire.call({
      method: 'POST',
      url: '/webhooks/tiktok',
      headers: { 'content-type': 'application/json', 'tiktok-signature': signedHeader(world.simulator.app.clientSecret, Math.floor(Date.now() / 1_000), body) },
      body,
    });
  expect((await deliver()).status).toBe(200);
  expect((await deliver()).status).toBe(200);
  await vi.waitFor(async () => {
    const now = await shown();
    expect(now.sum('tiktok_connections_work_runs_total', { kind: 'send_chunks', outcome: 'done' })).toBe(1);
    expect(now.sum('tiktok_connections_tiktok_calls_total', { endpoint: 'upload_chunk', outcome: 'ok' })).toBe(1);
    expect(now.sum('tiktok_connections_webhooks_received_total', { event: 'post.publish.complete', outcome: 'stored' })).toBe(1);
    expect(now.sum('tiktok_connections_webhooks_received_total', { event: 'post.publish.complete', outcome: 'repeated' })).toBe(1);
    expect(now.sum('tiktok_connections_webhooks_handled_total', { event: 'post.publish.complete', outcome: 'retry' })).toBeGreaterThan(0);
    expect(now.sum('tiktok_connections_webhooks_unmatched')).toBe(1);
    expect(now.sum('tiktok_connections_connections', { status: 'active' })).toBe(1);
    expect(now.sum('tiktok_connections_publications', { status: 'delivered_to_inbox' })).toBe(1);
    expect(now.sum('tiktok_connections_work_oldest_due_seconds', { kind: 'refresh' })).toBe(0);
    expect(now.sum('tiktok_connections_projection_lag_seconds', { projection: 'connections' })).toBeLessThan(30);
  }, patient);
});

/** What the documents call "Not with EventStoreDB". */
const ofHistoryInPostgres = ['oldest_write_transaction_seconds', 'oldest_write_transaction_distance', 'feed_held_back_seconds'].map((name) => `tiktok_connections_${name}`);
const absent = historyIsInPostgres() ? [] : ofHistoryInPostgres;

it('the feed, the pool, the loops and the process itself show', async () => {
  const shown = await figures();
  for (const name of ofHistoryInPostgres) {
    if (historyIsInPostgres()) expect(shown.sum(name)).toBeGreaterThanOrEqual(0);
    else expect(shown.types.has(name)).toBe(false);
  }
  expect(shown.sum('tiktok_connections_pool_connections', { state: 'open' })).toBeGreaterThan(0);
  expect(shown.sum('tiktok_connections_pool_connections_limit')).toBe(16);
  expect(shown.sum('tiktok_connections_background_failing')).toBe(0);
  expect(shown.sum('tiktok_connections_figures_unread')).toBe(0);
  expect(shown.sum('process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
  expect(shown.sum('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0);
});

it('follow the conventions of Prometheus: a prefix, a unit, a word of help, counters that end in _total', async () => {
  const { types, help } = await figures();
  const ours = [...types].filter(([name]) => !/^(process|nodejs)_/.test(name));
  expect(ours.filter(([name]) => !name.startsWith('tiktok_connections_'))).toEqual([]);
  expect(ours.filter(([name, type]) => (type === 'counter') !== name.endsWith('_total'))).toEqual([]);
  expect(ours.filter(([name, type]) => type === 'histogram' && !name.endsWith('_seconds'))).toEqual([]);
  expect(ours.filter(([name]) => /(milli|minute|hour|percent)/.test(name))).toEqual([]);
  expect(ours.filter(([name]) => (help.get(name) ?? '').length < 10)).toEqual([]);
});

it('are shown on METRICS_PORT alone where it is set', async () => {
  expect((await replica.wire.call({ url: '/metrics' })).status).toBe(404);
  expect((await fetch(`http://127.0.0.1:${world.environment['METRICS_PORT'] ?? ''}/readyz`)).status).toBe(404);
});

describe('with what a replica shows after all that', () => {
  let shown: Scrape;

  beforeAll(async () => {
    await replica.wire.call({ method: 'POST', url: '/webhooks/tiktok', headers: { 'content-type': 'application/json' }, body: '{}' });
    shown = await figures();
  });

  const lacking = (expr: string): readonly string[] => missingFrom(shown, expr).filter((missing) => !absent.some((name) => missing === `${name}{}`));

  it('every alert can be judged', async () => {
    const rules = await alertRules();
    expect(rules.length).toBeGreaterThan(20);
    expect(rules.map(({ alert, expr }) => ({ alert, missing: lacking(expr) })).filter(({ missing }) => missing.length > 0)).toEqual([]);
  });

  it('every panel has something to draw', async () => {
    const queries = await dashboardQueries();
    expect(queries.length).toBeGreaterThan(40);
    expect(queries.map(({ title, expr }) => ({ title, missing: lacking(expr) })).filter(({ missing }) => missing.length > 0)).toEqual([]);
  });

  it('what is misspelt is noticed: a metric, a label, a value, a function', () => {
    expect(missingFrom(shown, 'max(tiktok_connections_parked_strems)')).toEqual(['tiktok_connections_parked_strems{}']);
    expect(missingFrom(shown, 'max(tiktok_conections_parked_streams)')).toContain('the word tiktok_conections_parked_streams');
    expect(missingFrom(shown, 'max by (projektion) (tiktok_connections_parked_streams)')).toEqual(['the label projektion']);
    expect(missingFrom(shown, 'tiktok_connections_refreshing_stopped{because="config"}')).toEqual(['tiktok_connections_refreshing_stopped{because=config}']);
    expect(missingFrom(shown, 'maxx(tiktok_connections_refreshing_stopped)')).toEqual(['the word maxx']);
  });

  it('docs/telemetry.md explains each metric and no other', async () => {
    const page = await readFile(join(checkout, 'docs/telemetry.md'), 'utf8');
    const all = [...page.matchAll(/^\| `([a-z_0-9]+)(?:\{([^}]*)\})?` \| (counter|gauge|histogram) \| (.+) \|$/gm)];
    expect(all.filter(([, , , , text = '']) => text.endsWith('Not with EventStoreDB.')).map(([, name]) => name)).toEqual(ofHistoryInPostgres);
    const rows = all.filter(([, name = '']) => !absent.includes(name));
    const explained = rows.map(([, name = '', , type]) => `${name} ${type ?? ''}`);
    expect(explained.toSorted()).toEqual([...shown.types].map(([name, type]) => `${name} ${type}`).toSorted());
    for (const [, name = '', labels = ''] of rows.filter(([, name = '']) => name.startsWith('tiktok_connections_'))) {
      const used = new Set(shown.series.filter((series) => [name, `${name}_bucket`].includes(series.name)).flatMap((series) => Object.keys(series.labels)));
      used.delete('le');
      expect([name, labels.split(',').filter((label) => label !== '').toSorted()]).toEqual([name, [...used].toSorted()]);
    }
  });
});
