import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chunkPlan, mostChunkBytes, usualChunkBytes } from '../../src/domain/publication/chunk-plan.ts';
import { historyIsInPostgres } from '../support/chosen-event-store.ts';
import { largeVideo } from '../support/large-video.ts';
import { chunksRecorded, publishVideo } from '../support/publish-video.ts';
import { createWireWorld, type Replica, type WireWorld } from '../support/wire-world.ts';

const short = process.env['LONG'] === 'short';
/** Around the bounds of TikTok's rules, whichever megabyte they mean, and its largest file. */
const sizes = [4_999_999, 5_000_000, 63_999_999, 64_000_000, 64_000_001, 67_108_864, 67_108_865, 128_000_000, 134_217_728, ...(short ? [] : [4_294_967_296])];
const minutes = 60_000;

describe.each([
  ['the usual size', usualChunkBytes],
  ['the largest size', mostChunkBytes],
])('in chunks of %s', (_, chunkBytes) => {
  let world: WireWorld;
  let replica: Replica;

  beforeAll(async () => {
    world = await createWireWorld({ TIKTOK_SCOPES: 'user.info.basic,video.publish', TIKTOK_CHUNK_BYTES: String(chunkBytes) });
    await world.tiktok.withoutWaiting();
    replica = await world.start();
  });
  afterAll(() => world.close());

  // The simulator holds a plan and every range against TikTok's rules to the byte, and hashes what arrives.
  it.each(sizes)('a file of %d bytes goes through service and simulator byte for byte, each chunk sent once and recorded in one transaction', { timeout: 15 * minutes }, async (bytes) => {
    const video = await largeVideo(bytes);
    const user = `sender-${bytes}`;
    const id = await publishVideo(world, replica, user, video, 12 * minutes);
    const { count } = chunkPlan(bytes, chunkBytes);
    const posts = await world.tiktok.posts({ account: user });
    expect(posts.map((post) => ({ bytes: post.bytes, sha256: post.sha256 }))).toEqual([{ bytes, sha256: video.sha256() }]);
    expect(await world.tiktok.countCalls({ endpoint: 'upload', account: user })).toBe(count);
    expect(await chunksRecorded(world, id)).toEqual({ events: count + 1, commits: historyIsInPostgres() ? count : null });
  });
});
