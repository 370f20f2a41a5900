import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { madeUpVideo } from '../support/made-up-videos.ts';
import { playableVideo } from '../support/playable-video.ts';
import { createWireWorld, type Replica, type WireWorld } from '../support/wire-world.ts';

const service = { authorization: 'Bearer dev' };
const patient = { timeout: 20_000, interval: 20 };
const withId = z.object({ id: z.uuid() });
const typeRow = z.object({ type: z.string() });
const subjectRow = z.object({ subject: z.string() });
/** What a refresh or a chunk takes here: longer than the work list is left alone, and than a stop may take without it. */
const slowlyMillis = 2_500;

describe('a service that is told to end', () => {
  let world: WireWorld;

  beforeAll(async () => {
    world = await createWireWorld({ TOKEN_REFRESH: 'lazy', TIKTOK_SCOPES: 'user.info.basic,video.publish' });
    await world.tiktok.withoutWaiting();
  });
  afterAll(() => world.close());

  const connected = async (replica: Replica, user: string): Promise<string> => {
    await world.tiktok.addAccount(user);
    await replica.person(user).connect({ account: user });
    return (await replica.person(user).connections())[0]?.id ?? '';
  };
  const refresh = (replica: Replica, id: string) => replica.wire.call({ method: 'POST', url: `/v1/connections/${id}/refresh`, headers: service });
  const typesOf = async (stream: string): Promise<readonly string[]> =>
    (await world.history(typeRow, 'select type from tiktok_connections.events where stream = $1 order by revision', [stream])).map(({ type }) => type);
  const inFlight = (endpoint: string, account: string): Promise<void> =>
    vi.waitFor(async () => expect(await world.tiktok.countCalls({ endpoint, account, pending: 'true' })).toBe(1), patient);
  const takesNoMore = ({ url }: Replica): Promise<void> => vi.waitFor(() => expect(fetch(`${url}/livez`)).rejects.toThrow(), patient);
  const slowly = (endpoint: string, account: string): Promise<void> =>
    world.tiktok.addFaults({ endpoint, account, delay_ms: slowlyMillis, action: { type: 'pass' } });

  const uploaded = async (replica: Replica, video: Buffer): Promise<string> => {
    const answer = await fetch(`${replica.url}/v1/media`, { method: 'POST', headers: { ...service, 'content-type': 'video/webm' }, body: new Uint8Array(video) });
    return withId.parse(await answer.json()).id;
  };
  const publish = async (replica: Replica, connection: string, media: string): Promise<string> => {
    const asked = await replica.wire.call({
      method: 'POST',
      url: '/v1/publications',
      headers: { ...service, 'idempotency-key': randomUUID() },
      body: {
        connection_id: connection,
        kind: 'video',
        mode: 'direct',
        post: { title: 'Spring sale', privacy_level: 'PUBLIC_TO_EVERYONE' },
        consent: { confirmed_at: new Date().toISOString(), music_usage: true, branded_content_policy: false },
        source: { type: 'media', media_id: media },
      },
    });
    return withId.parse(asked.json()).id;
  };
  const published = async ({ wire }: Replica, id: string): Promise<void> => {
    const status = async (): Promise<unknown> => (await wire.call({ url: `/v1/publications/${id}`, headers: service })).json();
    await vi.waitFor(async () => expect(await status()).toMatchObject({ status: 'published' }), patient);
  };

  it('after a refresh ends at once', async () => {
    const replica = await world.start();
    expect((await refresh(replica, await connected(replica, 'fresh'))).status).toBe(200);
    const told = performance.now();
    expect(await replica.stop()).toBe(0);
    expect(performance.now() - told).toBeLessThan(10_000);
  });

  it('answers the refresh in flight, keeps its tokens, and takes no work meanwhile', async () => {
    const replica = await world.start();
    const id = await connected(replica, 'halfway');
    await slowly('token.refresh', 'halfway');
    const answer = refresh(replica, id);
    await inFlight('token.refresh', 'halfway');
    replica.process.kill('SIGTERM');
    await takesNoMore(replica);
    await world.rows(
      z.unknown(),
      `insert into tiktok_connections.work_items values ('destroy_keys', 'due while it stops', $1, 1, 1, now() - interval '1 s', now() - interval '1 s')`,
      [randomUUID()],
    );
    expect((await answer).status).toBe(200);
    expect(await replica.ended).toEqual({ code: 0, signal: null });
    expect(await typesOf(`tiktok_connection-${id}`)).toEqual(['Connected', 'TokenRefreshStarted', 'TokensRefreshed']);
    expect(await world.rows(subjectRow, `select subject from tiktok_connections.work_runs where subject = 'due while it stops'`)).toEqual([]);
  });

  it('keeps the tokens of a refresh whose caller is gone', async () => {
    const replica = await world.start();
    const id = await connected(replica, 'deserted');
    await slowly('token.refresh', 'deserted');
    const caller = new AbortController();
    const asked = fetch(`${replica.url}/v1/connections/${id}/refresh`, { method: 'POST', headers: service, signal: caller.signal });
    await inFlight('token.refresh', 'deserted');
    caller.abort();
    await expect(asked).rejects.toThrow();
    expect(await replica.stop()).toBe(0);
    expect(await typesOf(`tiktok_connection-${id}`)).toEqual(['Connected', 'TokenRefreshStarted', 'TokensRefreshed']);
  });

  it('finishes the chunk in flight: nobody sends it again', async () => {
    const replica = await world.start();
    const id = await connected(replica, 'uploader');
    const media = await uploaded(replica, await madeUpVideo({ container: 'mp4', codec: 'avc' }));
    await slowly('upload', 'uploader');
    const publication = await publish(replica, id, media);
    await inFlight('upload', 'uploader');
    expect(await replica.stop()).toBe(0);
    expect(await typesOf(`tiktok_publication-${publication}`)).toContain('ChunkUploaded');

    const next = await world.start();
    await published(next, publication);
    expect(await world.tiktok.countCalls({ endpoint: 'upload', account: 'uploader' })).toBe(1);
    expect(await world.tiktok.countPosts({ account: 'uploader' })).toBe(1);
    expect(await next.stop()).toBe(0);
  });

  it('under load answers what it took, ends the chunks in flight, and the next one brings every post to its end, once', async () => {
    const replica = await world.start();
    const creators = Array.from({ length: 6 }, (_, number) => `creator-${number}`);
    const connections = await Promise.all(creators.map((creator) => connected(replica, creator)));
    // More than TikTok takes as one chunk, for the first of them.
    const large = playableVideo(2, 65_000_000);
    const media = [await uploaded(replica, large), await uploaded(replica, playableVideo(2))];
    for (const creator of creators) await slowly('upload', creator);
    const publications = await Promise.all(connections.map((id, at) => publish(replica, id, media[Math.min(at, 1)] ?? '')));
    await vi.waitFor(async () => expect(await world.tiktok.countCalls({ endpoint: 'upload', pending: 'true' })).toBeGreaterThan(2), patient);

    const answers: number[] = [];
    const readUntilClosed = async (): Promise<void> => {
      for (;;) {
        const answer = await fetch(`${replica.url}/v1/connections/${connections[0] ?? ''}`, { headers: service }).catch(() => null);
        if (answer === null) return;
        await answer.text();
        answers.push(answer.status);
      }
    };
    const video = playableVideo(3);
    const sending = request(`${replica.url}/v1/media`, { method: 'POST', headers: { ...service, 'content-type': 'video/webm', 'content-length': video.length } });
    sending.write(video.subarray(0, 10_000));
    const load = Promise.all(Array.from({ length: 8 }, readUntilClosed));
    await vi.waitFor(() => expect(answers.length).toBeGreaterThan(100), patient);
    replica.process.kill('SIGTERM');
    await takesNoMore(replica);
    const answered = once(sending, 'response');
    sending.end(video.subarray(10_000));
    const [late] = z.tuple([z.instanceof(IncomingMessage)]).parse(await answered);
    const { id: lateMedia } = withId.parse(await json(late));
    expect(late.statusCode).toBe(201);
    await load;
    expect(await replica.ended).toEqual({ code: 0, signal: null });
    expect(new Set(answers)).toEqual(new Set([200]));

    const next = await world.start();
    expect((await next.wire.call({ url: `/v1/media/${lateMedia}`, headers: service })).status).toBe(200);
    for (const id of publications) await published(next, id);
    for (const account of creators) expect(await world.tiktok.publishes({ account }), account).toHaveLength(1);
    const [{ total = 0 } = {}] = await world.history(z.object({ total: z.number() }), `select count(*)::int as total from tiktok_connections.events where type = 'ChunkUploaded' and stream = $1`, [`tiktok_publication-${publications[0] ?? ''}`]);
    expect(total).toBeGreaterThan(1);
    expect(await Promise.all(creators.map((account) => world.tiktok.countCalls({ endpoint: 'upload', account })))).toEqual([total, 1, 1, 1, 1, 1]);
    const posts = await Promise.all(creators.map((account) => world.tiktok.posts({ account })));
    expect(posts.map((made) => made.map(({ bytes }) => bytes))).toEqual([[large.length], ...Array.from({ length: 5 }, () => [playableVideo(2).length])]);
  });
});
