import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { madeUpVideo } from '../support/made-up-videos.ts';
import { startOtlpReceiver, type OtlpReceiver, type ReceivedSpan } from '../support/otlp-receiver.ts';
import { scrapeOf } from '../support/prometheus.ts';
import { signedHeader, webhookBody } from '../support/signed-webhook.ts';
import { createWireWorld, type Replica, type WireWorld } from '../support/wire-world.ts';

const service = { authorization: 'Bearer dev' };
const patient = { timeout: 30_000, interval: 100 };
const idOf = z.object({ id: z.uuid() });
const stored = z.object({ type: z.string(), metadata: z.string().transform((text) => z.object({ traceparent: z.string().nullable() }).parse(JSON.parse(text))) });

/** Prints each module of OpenTelemetry that is loaded. */
const hook = `import{registerHooks}from'node:module';registerHooks({resolve(s,c,n){const r=n(s,c);if(r.url.includes('@opentelemetry'))process.stderr.write('loaded '+r.url+'\\n');return r}})`;
const listingModules = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}` };

let world: WireWorld;
let collector: OtlpReceiver;
let replica: Replica;
let connection: string;
const apiKeyOfCollector = randomBytes(16).toString('hex');

beforeAll(async () => {
  collector = await startOtlpReceiver();
  world = await createWireWorld({
    LOG_LEVEL: 'info',
    TIKTOK_SCOPES: 'user.info.basic,video.publish,video.upload',
    TOKEN_REFRESH: 'lazy',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_HEADERS: `x-key=${apiKeyOfCollector}`,
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    OTEL_BSP_SCHEDULE_DELAY: '100',
  });
  await world.tiktok.withoutWaiting();
  replica = await world.start(listingModules);
  await world.tiktok.addAccount('traced');
  await replica.person('traced').connect({ account: 'traced' });
  connection = idOf.parse((await replica.person('traced').connections())[0]).id;
});
afterAll(async () => {
  await world.close();
  await collector.close();
});

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');
const named = (name: string): readonly ReceivedSpan[] => collector.spans().filter((span) => span.name === name);
const spanNamed = (name: string, holds: (span: ReceivedSpan) => boolean = () => true): Promise<ReceivedSpan> =>
  vi.waitFor(() => {
    const span = named(name).find(holds);
    if (span === undefined) throw new Error(`no span ${name} among ${collector.spans().map((received) => received.name).join(', ')}`);
    return span;
  }, patient);
const eventsOf = (stream: string) => world.history(stored, 'select type, metadata from tiktok_connections.events where stream = $1 order by revision', [stream]);

const publish = async (headers: Readonly<Record<string, string>>): Promise<string> => {
  const video = new Uint8Array(await madeUpVideo({ container: 'mp4', codec: 'avc' }));
  const media = await fetch(`${replica.url}/v1/media`, { method: 'POST', headers: { ...service, 'content-type': 'video/mp4' }, body: video });
  const body = { connection_id: connection, kind: 'video', mode: 'draft', post: { title: 'Traced' }, consent: null, source: { type: 'media', media_id: idOf.parse(await media.json()).id } };
  const answer = await replica.wire.call({ method: 'POST', url: '/v1/publications', headers: { ...service, 'idempotency-key': randomUUID(), ...headers }, body });
  return idOf.parse(answer.json()).id;
};

it('a trace leads from the request of its caller through events and work to the log id of TikTok', async () => {
  const caller = { traceId: hex(16), spanId: hex(8) };
  const id = await publish({ traceparent: `00-${caller.traceId}-${caller.spanId}-01` });

  const request = await spanNamed('POST /v1/publications', ({ traceId }) => traceId === caller.traceId);
  expect(request).toMatchObject({ parentSpanId: caller.spanId, kind: 2, failure: null, resource: { 'service.name': 'tiktok-connections', 'deployment.environment.name': 'test' } });
  expect(request.attributes).toMatchObject({ 'http.route': '/v1/publications', 'http.response.status_code': 202, 'tiktok_connections.principal': 'service' });
  const appended = await spanNamed('append', (span) => span.parentSpanId === request.spanId && span.attributes['tiktok_connections.events'] === 'PublicationAccepted');
  expect(appended.attributes).toMatchObject({ 'tiktok_connections.stream': `tiktok_publication-${id}`, 'tiktok_connections.revision': 1, 'tiktok_connections.correlation_id': request.attributes['tiktok_connections.correlation_id'] });

  const ofThis = (span: ReceivedSpan): boolean => span.attributes['tiktok_connections.subject'] === id;
  const opening = await spanNamed('work open_upload', ofThis);
  expect(opening.parentSpanId).toBe('');
  expect(opening.traceId).not.toBe(caller.traceId);
  expect(opening.links).toMatchObject([{ traceId: caller.traceId, spanId: request.spanId, attributes: { 'tiktok_connections.relation': 'causation', 'tiktok_connections.event': 'PublicationAccepted' } }]);
  const start = await spanNamed('TikTok publish_start', ({ parentSpanId }) => parentSpanId === opening.spanId);
  expect(start).toMatchObject({ kind: 3, failure: null, attributes: { 'tiktok.outcome': 'ok', 'http.response.status_code': 200 } });
  expect(start.attributes['tiktok.log_id']).toMatch(/^[\w-]{8,64}$/);

  const sending = await spanNamed('work send_chunks', ofThis);
  const relations = sending.links.map(({ traceId, spanId, attributes }) => [attributes['tiktok_connections.relation'], traceId, spanId]);
  expect(relations).toEqual([
    ['causation', opening.traceId, opening.spanId],
    ['correlation', caller.traceId, request.spanId],
  ]);
  const chunk = await spanNamed('TikTok upload_chunk', ({ parentSpanId }) => parentSpanId === sending.spanId);
  expect(chunk.attributes['tiktok.log_id']).toMatch(/^[\w-]{8,64}$/);

  const events = await eventsOf(`tiktok_publication-${id}`);
  expect(events[0]).toMatchObject({ type: 'PublicationAccepted', metadata: { traceparent: `00-${caller.traceId}-${request.spanId}-01` } });
  expect(events[1]).toMatchObject({ type: 'UploadOpening', metadata: { traceparent: `00-${opening.traceId}-${opening.spanId}-01` } });
});

it('a caller that does not sample is not sampled, and its context is handed on as it is', async () => {
  const caller = { traceId: hex(16), spanId: hex(8) };
  const answer = await replica.wire.call({ method: 'POST', url: `/v1/connections/${connection}/refresh`, headers: { ...service, traceparent: `00-${caller.traceId}-${caller.spanId}-00` } });
  expect(answer.status).toBe(200);
  const traced = await replica.wire.call({ url: `/v1/connections/${connection}`, headers: service });
  await spanNamed('GET /v1/connections/:id', ({ attributes }) => attributes['tiktok_connections.request_id'] === traced.headers['x-request-id']);
  expect(collector.spans().filter(({ traceId }) => traceId === caller.traceId)).toEqual([]);
  expect((await eventsOf(`tiktok_connection-${connection}`)).at(-1)?.metadata.traceparent).toMatch(new RegExp(`^00-${caller.traceId}-[0-9a-f]{16}-00$`));
});

it('a failed call of TikTok shows in the trace of its request, and in the log under the same ids', async () => {
  await world.tiktok.addFaults({ endpoint: 'token.refresh', times: 1, action: { type: 'respond', status: 503 } });
  const answer = await replica.wire.call({ method: 'POST', url: `/v1/connections/${connection}/refresh`, headers: service });
  expect(answer.status).toBeGreaterThanOrEqual(500);
  const call = await spanNamed('TikTok token_refresh', ({ failure }) => failure !== null);
  const request = await spanNamed('POST /v1/connections/:id/refresh', ({ failure }) => failure !== null);
  expect(call).toMatchObject({ traceId: request.traceId, parentSpanId: request.spanId, attributes: { 'http.response.status_code': 503 } });
  const lines = replica.output().split('\n').filter((line) => line.includes(request.traceId));
  expect(lines.find((line) => line.includes('"msg":"answered"'))).toContain(`"span_id":"${request.spanId}"`);
  expect(lines.find((line) => line.includes('TikTok did not do what was asked'))).toContain('"endpoint":"token_refresh"');
});

it('a webhook is traced where it is taken in, and the work on it is linked with that', async () => {
  const body = webhookBody({ event: 'post.publish.complete', content: '{"publish_id":"of-nobody"}' });
  const signature = signedHeader(world.simulator.app.clientSecret, Math.floor(Date.now() / 1_000), body);
  await replica.wire.call({ method: 'POST', url: '/webhooks/tiktok', headers: { 'content-type': 'application/json', 'tiktok-signature': signature }, body });
  const delivery = await spanNamed('POST /webhooks/tiktok');
  const work = await spanNamed('webhook');
  expect(work.attributes).toMatchObject({ 'tiktok_connections.webhook': 'post.publish.complete', 'tiktok_connections.outcome': 'retry' });
  expect(work.traceId).not.toBe(delivery.traceId);
  expect(work.links).toMatchObject([{ traceId: delivery.traceId, spanId: delivery.spanId, attributes: { 'tiktok_connections.relation': 'causation' } }]);
});

it('no span holds what proves anything, or anything personal', async () => {
  await replica.wire.call({ url: '/api/tiktok/auth/callback?code=canary-of-a-code&state=canary-of-a-state' });
  await replica.wire.call({ url: '/canary-of-a-path?token=canary-of-a-query', headers: { authorization: 'Bearer canary-of-a-bearer', cookie: 'dev_user=canary-of-a-cookie' } });
  const last = await replica.wire.call({ url: `/v1/connections/${connection}?unknown=canary-of-a-last-query`, headers: service });
  await spanNamed('GET /v1/connections/:id', ({ attributes }) => attributes['tiktok_connections.request_id'] === last.headers['x-request-id']);
  const issued = await world.tiktok.tokens();
  expect(new Set(issued.map(({ kind }) => kind))).toEqual(new Set(['code', 'access', 'refresh']));
  const verifiers = await world.tiktok.verifiers();
  const secrets = [...issued.map(({ token }) => token), ...verifiers, world.simulator.app.clientSecret, apiKeyOfCollector, 'canary-of', 'upload_token', 'Name of traced', await world.tiktok.openId('traced')];
  const raw = collector.raw();
  expect(raw).toContain('/api/tiktok/auth/callback');
  expect(secrets.filter((value) => raw.includes(value) || raw.includes(encodeURIComponent(value)))).toEqual([]);
  expect(collector.headers().every((headers) => headers['x-key'] === apiKeyOfCollector)).toBe(true);
  expect(await world.tiktok.ask('GET', '/calls')).not.toHaveProperty('traceparent');
});

describe('where the collector', () => {
  it('refuses, what is lost is counted and told once, and requests are answered as ever', async () => {
    collector.behave('refuse');
    expect((await replica.wire.call({ url: `/v1/connections/${connection}`, headers: service })).status).toBe(200);
    await vi.waitFor(async () => expect((await scrapeOf(replica.url)).sum('tiktok_connections_spans_total', { fate: 'lost' })).toBeGreaterThan(0), patient);
    await vi.waitFor(() => expect(replica.output()).toContain('"msg":"traces are lost"'), patient);
    collector.behave('take');
    await vi.waitFor(async () => {
      await replica.wire.call({ url: `/v1/connections/${connection}`, headers: service });
      expect(replica.output()).toContain('"msg":"traces are taken again"');
    }, patient);
    expect(replica.output().match(/"msg":"traces are lost"/g)).toHaveLength(1);
  });

  it('never answers, requests are answered and the stop comes to its end', async () => {
    collector.behave('hang');
    for (let request = 0; request < 20; request += 1) expect((await replica.wire.call({ url: `/v1/connections/${connection}`, headers: service })).status).toBe(200);
    expect(await replica.stop()).toBe(0);
    expect(replica.errors()).toContain('@opentelemetry/sdk-trace');
    collector.behave('take');
  });

  it('is not named, or tracing is switched off, no module of OpenTelemetry is loaded', async () => {
    for (const settings of [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, { OTEL_SDK_DISABLED: 'true' }, { OTEL_TRACES_EXPORTER: 'none' }]) {
      const quiet = await world.start({ ...listingModules, ...settings });
      expect((await quiet.wire.call({ url: `/v1/connections/${connection}/creator-info`, headers: service })).status).toBe(200);
      expect(await quiet.stop()).toBe(0);
      expect(quiet.errors()).toBe('');
    }
  });
});
