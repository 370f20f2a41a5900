import { createHash, randomFillSync, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { chunkPlan } from '../../src/domain/publication/chunk-plan.ts';
import { historyIsInPostgres } from '../support/chosen-event-store.ts';
import { madeUpVideo } from '../support/made-up-videos.ts';
import { createWireWorld, type Replica, type WireWorld } from '../support/wire-world.ts';

const service = { authorization: 'Bearer dev' };
const patient = { timeout: 90_000, interval: 100 };
const withId = z.object({ id: z.uuid() });
const shown = z.object({ status: z.string(), status_reason: z.string().nullable() });
const recorded = z.tuple([z.object({ events: z.number(), commits: z.number() })]);

let world: WireWorld;
let replica: Replica;

beforeAll(async () => {
  world = await createWireWorld({ TIKTOK_SCOPES: 'user.info.basic,video.publish' });
  await world.tiktok.withoutWaiting();
  replica = await world.start();
});
afterEach(() => world.tiktok.clearFaults());
afterAll(() => world.close());

/** A video whose headers are true; behind it stands a box of chance bytes, which players pass over. */
const videoOf = async (bytes: number): Promise<Buffer> => {
  const video = await madeUpVideo({ container: 'mp4', codec: 'avc' });
  const whole = Buffer.alloc(bytes);
  video.copy(whole);
  whole.writeUInt32BE(bytes - video.length, video.length);
  whole.write('free', video.length + 4, 'latin1');
  return randomFillSync(whole, video.length + 8);
};

const connected = async (user: string): Promise<string> => {
  await world.tiktok.addAccount(user);
  await replica.person(user).connect({ account: user });
  return (await replica.person(user).connections())[0]?.id ?? '';
};

/** Uploads the file, publishes it and waits for the end. @returns the publication's id */
const publish = async (user: string, file: Buffer): Promise<string> => {
  const connection = await connected(user);
  const media = await fetch(`${replica.url}/v1/media`, { method: 'POST', headers: { ...service, 'content-type': 'video/mp4' }, body: new Uint8Array(file) });
  const body = {
    connection_id: connection,
    kind: 'video',
    mode: 'direct',
    post: { title: 'Large', privacy_level: 'SELF_ONLY' },
    consent: { confirmed_at: new Date().toISOString(), music_usage: true },
    source: { type: 'media', media_id: withId.parse(await media.json()).id },
  };
  const answer = await replica.wire.call({ method: 'POST', url: '/v1/publications', headers: { ...service, 'idempotency-key': randomUUID() }, body });
  const { id } = withId.parse(answer.json());
  const look = async () => shown.parse((await replica.wire.call({ url: `/v1/publications/${id}`, headers: service })).json());
  await vi.waitFor(async () => expect(await look()).toEqual({ status: 'published', status_reason: null }), patient);
  return id;
};

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const postsOf = async (user: string) => (await world.tiktok.posts({ account: user })).map((post) => ({ bytes: post.bytes, sha256: post.sha256 }));
const chunksSent = (user: string): Promise<number> => world.tiktok.countCalls({ endpoint: 'upload', account: user });

describe('from the caller through our disk to TikTok', () => {
  it.each([5_000_000, 64_000_000, 67_108_865])('a file of %d bytes arrives byte for byte, each chunk sent once and recorded in one transaction', { timeout: 120_000 }, async (bytes) => {
    const file = await videoOf(bytes);
    const user = `sender-${bytes}`;
    const id = await publish(user, file);
    const { count } = chunkPlan(bytes);
    expect(await postsOf(user)).toEqual([{ bytes, sha256: sha256(file) }]);
    expect(await chunksSent(user)).toBe(count);
    // By PostgreSQL's own word: what one transaction wrote has its number. EventStoreDB tells none; there it is what one command appended.
    const writtenAtOnce = historyIsInPostgres() ? 'xid' : "metadata::json->>'commandId'";
    const [{ events, commits }] = recorded.parse(
      await world.history(
        z.object({ events: z.number(), commits: z.number() }),
        `select count(*)::integer as events, count(distinct ${writtenAtOnce})::integer as commits from tiktok_connections.events
          where stream = 'tiktok_publication-' || $1 and type in ('ChunkUploaded', 'MediaDelivered')`,
        [id],
      ),
    );
    expect({ events, commits }).toEqual({ events: count + 1, commits: count });
  });

  it('a file that TikTok takes slowly arrives byte for byte, and nothing of it twice', { timeout: 120_000 }, async () => {
    const file = await videoOf(6_000_000);
    await world.tiktok.addFaults({ endpoint: 'upload', times: null, action: { type: 'slow', bytes_per_second: 3_000_000 } });
    await publish('slow-sender', file);
    expect(await postsOf('slow-sender')).toEqual([{ bytes: file.length, sha256: sha256(file) }]);
    expect(await chunksSent('slow-sender')).toBe(1);
  });
});
