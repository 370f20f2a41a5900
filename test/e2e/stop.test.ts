import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { madeUpVideo } from '../support/made-up-videos.ts';
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
    const video = await madeUpVideo({ container: 'mp4', codec: 'avc' });
    const media = await fetch(`${replica.url}/v1/media`, { method: 'POST', headers: { ...service, 'content-type': 'video/mp4' }, body: new Uint8Array(video) });
    await slowly('upload', 'uploader');
    const asked = await replica.wire.call({
      method: 'POST',
      url: '/v1/publications',
      headers: { ...service, 'idempotency-key': randomUUID() },
      body: {
        connection_id: id,
        kind: 'video',
        mode: 'direct',
        post: { title: 'Spring sale', privacy_level: 'PUBLIC_TO_EVERYONE' },
        consent: { confirmed_at: new Date().toISOString(), music_usage: true, branded_content_policy: false },
        source: { type: 'media', media_id: withId.parse(await media.json()).id },
      },
    });
    const publication = withId.parse(asked.json()).id;
    await inFlight('upload', 'uploader');
    expect(await replica.stop()).toBe(0);
    expect(await typesOf(`tiktok_publication-${publication}`)).toContain('ChunkUploaded');

    const next = await world.start();
    const status = async (): Promise<unknown> => (await next.wire.call({ url: `/v1/publications/${publication}`, headers: service })).json();
    await vi.waitFor(async () => expect(await status()).toMatchObject({ status: 'published' }), patient);
    expect(await world.tiktok.countCalls({ endpoint: 'upload', account: 'uploader' })).toBe(1);
    expect(await world.tiktok.countPosts({ account: 'uploader' })).toBe(1);
  });
});
