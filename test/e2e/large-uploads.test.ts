import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { chunkPlan } from '../../src/domain/publication/chunk-plan.ts';
import { historyIsInPostgres } from '../support/chosen-event-store.ts';
import { largeVideo } from '../support/large-video.ts';
import { chunksRecorded, publishVideo } from '../support/publish-video.ts';
import { createWireWorld, type Replica, type WireWorld } from '../support/wire-world.ts';

let world: WireWorld;
let replica: Replica;

beforeAll(async () => {
  world = await createWireWorld({ TIKTOK_SCOPES: 'user.info.basic,video.publish' });
  await world.tiktok.withoutWaiting();
  replica = await world.start();
});
afterEach(() => world.tiktok.clearFaults());
afterAll(() => world.close());

const postsOf = async (user: string) => (await world.tiktok.posts({ account: user })).map((post) => ({ bytes: post.bytes, sha256: post.sha256 }));
const chunksSent = (user: string): Promise<number> => world.tiktok.countCalls({ endpoint: 'upload', account: user });

describe('from the caller through our disk to TikTok', () => {
  it.each([5_000_000, 64_000_000, 67_108_865])('a file of %d bytes arrives byte for byte, each chunk sent once and recorded in one transaction', { timeout: 120_000 }, async (bytes) => {
    const video = await largeVideo(bytes);
    const user = `sender-${bytes}`;
    const id = await publishVideo(world, replica, user, video);
    const { count } = chunkPlan(bytes);
    expect(await postsOf(user)).toEqual([{ bytes, sha256: video.sha256() }]);
    expect(await chunksSent(user)).toBe(count);
    expect(await chunksRecorded(world, id)).toEqual({ events: count + 1, commits: historyIsInPostgres() ? count : null });
  });

  it('a file that TikTok takes slowly arrives byte for byte, and nothing of it twice', { timeout: 120_000 }, async () => {
    const video = await largeVideo(6_000_000);
    await world.tiktok.addFaults({ endpoint: 'upload', times: null, action: { type: 'slow', bytes_per_second: 3_000_000 } });
    await publishVideo(world, replica, 'slow-sender', video);
    expect(await postsOf('slow-sender')).toEqual([{ bytes: video.bytes, sha256: video.sha256() }]);
    expect(await chunksSent('slow-sender')).toBe(1);
  });
});
