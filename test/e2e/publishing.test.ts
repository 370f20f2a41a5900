import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { madeUpVideo } from '../support/made-up-videos.ts';
import { runCommand } from '../support/service-process.ts';
import { createWireWorld, type Replica, type WireWorld } from '../support/wire-world.ts';

const service = { authorization: 'Bearer dev' };
const patient = { timeout: 30_000, interval: 50 };
const publication = z.object({
  id: z.uuid(),
  status: z.string(),
  status_reason: z.string().nullable(),
  retryable: z.boolean(),
  publish_id: z.string().nullable(),
  post_ids: z.array(z.string()),
  share_urls: z.array(z.string()),
  progress: z.object({ bytes_sent: z.number(), bytes_total: z.number() }).nullable(),
});
type Publication = z.infer<typeof publication>;
const causes = z.object({
  data: z.array(
    z.object({ node: z.string(), id: z.string(), parent: z.string().nullable(), kind: z.string().optional(), type: z.string().optional(), actor: z.object({ kind: z.string() }) }),
  ),
});
const typeRow = z.object({ type: z.string() });

let world: WireWorld;
let replica: Replica;
let video: Buffer;
let photo: Buffer;
let host: Server;

const mediaHost = 'media.example.com';
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

beforeAll(async () => {
  video = await madeUpVideo({ container: 'mp4', codec: 'avc' });
  photo = Buffer.alloc(4_000, 7);
  host = createServer((request, response) => response.end(request.url === '/video.mp4' ? video : photo)).listen(0, '127.0.0.1');
  await once(host, 'listening');
  const address = host.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  world = await createWireWorld({ TIKTOK_SCOPES: 'user.info.basic,video.publish,video.upload', TIKTOK_VERIFIED_URLS: mediaHost, TOKEN_REFRESH: 'lazy' });
  await world.tiktok.withoutWaiting();
  await world.tiktok.changeSettings({ publishing: { hosts: { [mediaHost]: `http://127.0.0.1:${port}` } } });
  replica = await world.start();
  await world.tiktok.changeApp(world.simulator.app.clientKey, { verified_properties: [mediaHost] });
});
afterAll(async () => {
  await world.close();
  host.close();
});

const connected = async (user: string): Promise<string> => {
  await world.tiktok.addAccount(user);
  await replica.person(user).connect({ account: user });
  return (await replica.person(user).connections())[0]?.id ?? '';
};

const uploaded = async (): Promise<string> => {
  const answer = await fetch(`${replica.url}/v1/media`, { method: 'POST', headers: { ...service, 'content-type': 'video/mp4' }, body: new Uint8Array(video) });
  return z.object({ id: z.uuid() }).parse(await answer.json()).id;
};

type Body = Readonly<Record<string, unknown>>;
const consent = () => ({ confirmed_at: new Date().toISOString(), music_usage: true, branded_content_policy: false });
const ask = (body: Body, key: string = randomUUID()) =>
  replica.wire.call({ method: 'POST', url: '/v1/publications', headers: { ...service, 'idempotency-key': key }, body });

const publish = async (connection: string, changes: Body, key?: string): Promise<Publication> => {
  const body = { connection_id: connection, kind: 'video', mode: 'direct', post: { title: 'Spring sale #shoes', privacy_level: 'PUBLIC_TO_EVERYONE' }, consent: consent(), ...changes };
  const answer = await ask(body, key);
  if (answer.status !== 202) throw new Error(`publish answered ${answer.status}: ${answer.body}`);
  return publication.parse(answer.json());
};

const shown = async (id: string): Promise<Publication> => publication.parse((await replica.wire.call({ url: `/v1/publications/${id}`, headers: service })).json());
const becomes = (id: string, expected: Readonly<Record<string, unknown>>): Promise<void> => vi.waitFor(async () => expect(await shown(id)).toMatchObject(expected), patient);
const typesOf = async (id: string): Promise<readonly string[]> =>
  (await world.history(typeRow, `select type from tiktok_connections.events where stream = 'tiktok_publication-' || $1 order by revision`, [id])).map(({ type }) => type);

describe('a post', () => {
  it('of a file of ours goes to TikTok byte for byte, once, and gets the id and the address of the post', async () => {
    const connection = await connected('uploader');
    const { id, status } = await publish(connection, { source: { type: 'media', media_id: await uploaded() } });
    expect(['queued', 'uploading', 'processing', 'published']).toContain(status);
    await becomes(id, { status: 'published', progress: { bytes_sent: video.length, bytes_total: video.length } });
    const [post, another] = await world.tiktok.posts({ account: 'uploader' });
    expect([post?.sha256, post?.title, another]).toEqual([sha256(video), 'Spring sale #shoes', undefined]);
    await becomes(id, { post_ids: [post?.id], share_urls: [`https://www.tiktok.com/@uploader/video/${post?.id ?? ''}`] });
    const types = await typesOf(id);
    expect(types.slice(0, 5)).toEqual(['PublicationAccepted', 'UploadOpening', 'UploadOpened', 'ChunkUploaded', 'MediaDelivered']);
    expect(types.length).toBeLessThanOrEqual(12);
  });

  it('that is a draft reaches the inbox, and is published once the person posts it', async () => {
    const connection = await connected('drafter');
    const { id } = await publish(connection, { mode: 'draft', post: { title: 'Later' }, consent: null, source: { type: 'media', media_id: await uploaded() } });
    await becomes(id, { status: 'delivered_to_inbox' });
    expect(await world.tiktok.posts({ account: 'drafter' })).toEqual([]);
    await world.tiktok.changeApp(world.simulator.app.clientKey, { webhook_url: `${replica.url}/webhooks/tiktok` });
    await world.tiktok.tapInbox((await shown(id)).publish_id ?? '');
    await becomes(id, { status: 'published' });
    await world.tiktok.changeApp(world.simulator.app.clientKey, { webhook_url: null });
    expect(await world.tiktok.countPosts({ account: 'drafter' })).toBe(1);
  });

  it('that TikTok pulls is followed until it stands there', async () => {
    const connection = await connected('puller');
    const { id } = await publish(connection, { source: { type: 'url', url: `https://${mediaHost}/video.mp4`, transfer: 'pull' } });
    await becomes(id, { status: 'published' });
    const posts = await world.tiktok.posts({ account: 'puller' });
    expect(posts.map((post) => post.sha256)).toEqual([sha256(video)]);
    await becomes(id, { post_ids: [posts[0]?.id] });
  });

  it('of photos has them in their order, with an address of its own kind', async () => {
    const connection = await connected('photographer');
    const urls = ['/one.jpg', '/two.jpg'].map((path) => `https://${mediaHost}${path}`);
    const { id } = await publish(connection, { kind: 'photo', source: { type: 'photos', urls, cover_index: 1 } });
    await becomes(id, { status: 'published' });
    const [post] = await world.tiktok.posts({ account: 'photographer' });
    expect(post).toMatchObject({ kind: 'photo', files: [{ sha256: sha256(photo) }, { sha256: sha256(photo) }] });
    await becomes(id, { share_urls: [`https://www.tiktok.com/@photographer/photo/${post?.id ?? ''}`] });
  });

  it('asked for fifty times at once under one key is one post', async () => {
    const connection = await connected('hurried');
    const source = { type: 'media', media_id: await uploaded() };
    const body = { connection_id: connection, kind: 'video', mode: 'direct', post: { title: 'Once', privacy_level: 'SELF_ONLY' }, consent: consent(), source };
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask(body, 'one-key')));
    const accepted = answers.filter(({ status }) => status === 202).map((answer) => publication.parse(answer.json()).id);
    expect([202, 409]).toEqual(expect.arrayContaining([...new Set(answers.map(({ status }) => status))]));
    expect(new Set(accepted).size).toBe(1);
    await becomes(accepted[0] ?? '', { status: 'published' });
    expect(publication.parse((await ask(body, 'one-key')).json()).id).toBe(accepted[0]);
    expect(await world.tiktok.countPosts({ account: 'hurried' })).toBe(1);
  });

  it('that TikTok fails says why, and whether it may be asked for again', async () => {
    const connection = await connected('unlucky');
    await world.tiktok.addFates({ account: 'unlucky', fail_reason: 'frame_rate_check_failed' });
    const { id } = await publish(connection, { source: { type: 'media', media_id: await uploaded() } });
    await becomes(id, { status: 'failed', status_reason: 'frame_rate_check_failed', retryable: false });
    expect(await world.tiktok.countPosts({ account: 'unlucky' })).toBe(0);
  });

  it('whose process is killed in the middle is taken up by the next one', async () => {
    const connection = await connected('survivor');
    await world.tiktok.addFaults({ endpoint: 'upload', account: 'survivor', delay_ms: 20_000 });
    const { id } = await publish(connection, { source: { type: 'media', media_id: await uploaded() } });
    await becomes(id, { status: 'uploading' });
    await replica.kill();
    await world.tiktok.clearFaults();
    replica = await world.start();
    await vi.waitFor(async () => expect(await shown(id)).toMatchObject({ status: 'published' }), { ...patient, timeout: 60_000 });
    expect((await world.tiktok.posts({ account: 'survivor' })).map((post) => post.sha256)).toEqual([sha256(video)]);
  }, 90_000);
});

it('the history tells which request and which work led to each event of a connection and its publications', async () => {
  const connection = (await replica.person('drafter').connections())[0]?.id ?? '';
  const told = await runCommand(world.environment, ['history', connection, '--tree', '--json']);
  const { data } = causes.parse(JSON.parse(told.output));
  const runs = data.filter(({ node }) => node === 'run');
  expect(new Set(runs.map(({ kind }) => kind))).toEqual(new Set(['request', 'webhook', 'work']));
  const places = new Set(data.filter(({ node }) => node === 'event').map(({ id }) => id));
  expect(runs.filter(({ kind, parent }) => (kind === 'work') !== (parent !== null && places.has(parent)))).toEqual([]);
  const events = data.filter(({ node }) => node === 'event');
  expect(events.filter(({ parent }) => !runs.some(({ id }) => id === parent))).toEqual([]);
  const runOf = (type: string): string | undefined => {
    const written = events.find((event) => event.type === type);
    const { kind, actor } = runs.find(({ id }) => id === written?.parent) ?? {};
    return `${kind} of ${actor?.kind}`;
  };
  expect(['Connected', 'PublicationAccepted', 'UploadOpening', 'DeliveredToInbox', 'Published'].map(runOf)).toEqual([
    'request of user',
    'request of service',
    'work of system',
    'work of system',
    'webhook of tiktok',
  ]);
});

it('publications and the work that is due show in the metrics', async () => {
  const { body } = await replica.wire.call({ url: '/metrics' });
  expect(body).toMatch(/^tiktok_connections_publications\{status="published"\} \d+$/m);
  expect(body).toMatch(/^tiktok_connections_work_due\{kind="open_upload"\} 0$/m);
});
