import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createVideoProbe } from '../../../src/adapters/media/probe/probe-video.ts';
import { madeUpVideo, type MadeUpVideo } from '../../support/made-up-videos.ts';
import { mostOfChildren } from './children-memory.ts';
import { hostileFiles, movie, stsz, stts } from './hostile-headers.ts';
import { folderOfTest } from './media-folders.ts';

const probe = createVideoProbe();

const probed = async (bytes: Buffer) => {
  const path = join(await folderOfTest(), 'file');
  await writeFile(path, bytes);
  return probe(path, bytes.byteLength);
};

const written = { stts: stts([90, 1]), stsz: stsz(24, 90) };

describe('what a video says of itself', () => {
  it.each<[MadeUpVideo, string, string]>([
    [{ container: 'mp4', codec: 'avc' }, 'mp4', 'h264'],
    [{ container: 'mp4', codec: 'hevc' }, 'mp4', 'h265'],
    [{ container: 'fragmented mp4', codec: 'avc' }, 'mp4', 'h264'],
    [{ container: 'mov', codec: 'avc' }, 'mov', 'h264'],
    [{ container: 'mov', codec: 'hevc' }, 'mov', 'h265'],
    [{ container: 'webm', codec: 'vp8' }, 'webm', 'vp8'],
    [{ container: 'webm', codec: 'vp9' }, 'webm', 'vp9'],
    [{ container: 'mp4', codec: 'av1' }, 'mp4', 'av1'],
    [{ container: 'matroska', codec: 'vp9' }, 'matroska', 'vp9'],
  ])('is read from %j', async (video, container, codec) => {
    const bytes = await madeUpVideo(video);
    expect(await probed(bytes)).toEqual({ container, codec, durationMillis: 3_000, width: 720, height: 1280, frameRate: 30, bytes: bytes.byteLength });
  });

  it.each([23.976, 25, 29.97, 59.94, 60])('keeps the rhythm of %d frames a second', async (frameRate) => {
    const facts = await probed(await madeUpVideo({ container: 'mp4', codec: 'avc', frameRate, frames: 120 }));
    expect(facts?.frameRate).toBeCloseTo(frameRate, 2);
    expect(facts?.frameRate).toBeLessThanOrEqual(60);
  });

  it('is read from an MP4 that was written by hand', async () => {
    expect(await probed(movie({ tables: written }))).toMatchObject({ container: 'mp4', codec: 'h264', durationMillis: 3_000, width: 720, height: 1280, frameRate: 30 });
  });

  it('is turned as the file says', async () => {
    expect(await probed(movie({ turned: 90, tables: written }))).toMatchObject({ width: 1280, height: 720 });
    expect(await probed(await madeUpVideo({ container: 'mov', codec: 'avc', width: 1920, height: 1080, rotation: 270 }))).toMatchObject({ width: 1080, height: 1920 });
  });

  it('is nothing where there is no video', async () => {
    expect(await probed(Buffer.from('{"not":"a video"}'))).toBeNull();
    expect(await probed(Buffer.alloc(0))).toBeNull();
    expect(await probe('/nowhere/at/all', 1)).toBeNull();
  });
});

/** Beside the 80 MiB that a process has before it reads anything. */
const allowedMebibytes = 300;

describe('a hostile file', () => {
  it.each(Object.entries(hostileFiles))('of %s costs little memory and time, and harms nobody', async (_, file) => {
    const bytes = file();
    expect(bytes.byteLength).toBeLessThan(10_000);
    expect(await mostOfChildren(() => probed(bytes))).toBeLessThan(allowedMebibytes);
  });

  it('that is cut off anywhere is no video, or the one it was', async () => {
    const whole = movie({ tables: written });
    for (const part of [0.1, 0.5, 0.8, 0.9, 0.99]) {
      const facts = await probed(whole.subarray(0, Math.floor(whole.byteLength * part)));
      if (facts !== null) expect(facts).toMatchObject({ container: 'mp4' });
    }
  });

  it('with random bytes in its headers is answered all the same', async () => {
    const samples = [movie({ tables: written }), await madeUpVideo({ container: 'webm', codec: 'vp9' })];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...samples), fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 12 }), async (sample, changes) => {
        const bytes = Buffer.from(sample);
        for (const [place, value] of changes) bytes[Math.floor(place * (bytes.byteLength - 1))] = value;
        const facts = await probed(bytes);
        if (facts !== null) expect(facts.bytes).toBe(bytes.byteLength);
      }),
      { numRuns: 25, seed: 20_261_123 },
    );
  });

  it('that outgrows its memory does not keep the next from being read', async () => {
    const hungry = hostileFiles['composition offsets for four thousand million samples'];
    if (hungry === undefined) throw new Error('no such file');
    const [first, second] = await Promise.all([probed(hungry()), probed(movie({ tables: written }))]);
    expect(first).toBeNull();
    expect(second).toMatchObject({ codec: 'h264' });
  });
});
