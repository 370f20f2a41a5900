import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TikTokUploads } from '../../src/application/ports/tiktok-publishing.ts';
import { createPublishingWorld, type PublishingWorld } from './publishing-world.ts';

/** One byte more than goes as one chunk: six chunks. */
const bytes = 64_000_001;
const chunks = 6;

let world: PublishingWorld;
beforeAll(async () => {
  world = await createPublishingWorld();
});
afterAll(() => world.close());

const start = async () => {
  const one = await world.begin(({ mediaId }) => ({ source: { type: 'media', mediaId } }), { bytes });
  const ports = world.ports(one);
  await world.request(one, ports);
  return { one, ports, stopping: new AbortController(), cut: new AbortController() };
};
const sent = async (types: Promise<readonly string[]>): Promise<number> => (await types).filter((type) => type === 'ChunkUploaded').length;

it('a worker that stops ends the chunk in flight and begins no other; the next one goes on behind it', async () => {
  const { one, ports, stopping, cut } = await start();
  const begun: number[] = [];
  const uploads: TikTokUploads = {
    putChunk: (url, chunk, read, signal) => {
      begun.push(chunk.index);
      if (chunk.index === 1) stopping.abort();
      return ports.uploads.putChunk(url, chunk, read, signal);
    },
  };
  await world.goOn(one, { ...ports, uploads }, cut.signal, stopping.signal);
  expect(begun).toEqual([0, 1]);
  expect(await sent(world.types(one.keyed.id))).toBe(2);
  await world.goOn(one, ports);
  expect((await world.shown(one.keyed.id))?.status).toBe('published');
  expect(await world.world.tiktok.countCalls({ endpoint: 'upload', account: one.person.account })).toBe(chunks);
});

it('a chunk that TikTok left unanswered is not tried again by a worker that stops', async () => {
  const { one, ports, stopping, cut } = await start();
  await world.world.tiktok.addFaults({ endpoint: 'upload', account: one.person.account, when: 'before', action: { type: 'drop' } });
  let tries = 0;
  const uploads: TikTokUploads = {
    putChunk: (...call) => {
      tries += 1;
      stopping.abort();
      return ports.uploads.putChunk(...call);
    },
  };
  await world.goOn(one, { ...ports, uploads }, cut.signal, stopping.signal);
  expect(tries).toBe(1);
  await world.goOn(one, ports);
  expect((await world.shown(one.keyed.id))?.status).toBe('published');
});
