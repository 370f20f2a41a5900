import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOfChunks, chunkPlan, chunkRange, chunksOfBytes, leastChunkBytes, mostChunkBytes } from '../../../src/domain/publication/chunk-plan.ts';

describe('a chunk plan', () => {
  it.each([
    [1, 1, 1],
    [3_145_728, 3_145_728, 1],
    [4_999_999, 4_999_999, 1],
    [5_000_000, 5_000_000, 1],
    [63_999_999, 63_999_999, 1],
    [64_000_000, 64_000_000, 1],
    [64_000_001, 10_000_000, 6],
    [67_108_864, 10_000_000, 6],
    [67_108_865, 10_000_000, 6],
    [121_000_000, 10_000_000, 12],
    [128_000_000, 10_000_000, 12],
    [134_217_728, 10_000_000, 13],
    [4_294_967_296, 10_000_000, 429],
  ])('of %i bytes has chunks of %i bytes, %i of them', (bytes, chunkBytes, count) => {
    expect(chunkPlan(bytes)).toEqual({ totalBytes: bytes, chunkBytes, count });
  });

  it.each([
    [64_000_000, 64_000_000, 1],
    [64_000_001, 32_000_000, 2],
    [67_108_865, 33_554_432, 2],
    [127_999_999, 63_999_999, 2],
    [128_000_000, 64_000_000, 2],
    [134_217_728, 64_000_000, 2],
    [4_294_967_296, 64_000_000, 67],
  ])('of %i bytes in the largest chunks has chunks of %i bytes, %i of them: never a single one that is smaller than the file', (bytes, chunkBytes, count) => {
    expect(chunkPlan(bytes, mostChunkBytes)).toEqual({ totalBytes: bytes, chunkBytes, count });
  });

  it('keeps TikTok\'s rules for every size of a file and of a chunk, whether a megabyte is 10^6 or 2^20 bytes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4_294_967_296 }), fc.integer({ min: leastChunkBytes, max: mostChunkBytes }), (bytes, wanted) => {
        const plan = chunkPlan(bytes, wanted);
        expect(plan.count === 1).toBe(bytes <= 64_000_000);
        if (plan.count === 1) expect(plan.chunkBytes).toBe(bytes);
        expect(plan.count).toBe(Math.floor(bytes / plan.chunkBytes));
        expect(plan.count).toBeLessThanOrEqual(1_000);
        if (plan.count > 1) expect(plan.chunkBytes).toBeGreaterThanOrEqual(5_242_880);
        expect(plan.chunkBytes).toBeLessThanOrEqual(64_000_000);
        const last = chunkRange(plan, plan.count - 1);
        expect(last.last - last.first + 1).toBeLessThanOrEqual(128_000_000);
      }),
      { numRuns: 2_000 },
    );
  });

  it('covers every byte once, in order', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 600_000_000 }), fc.integer({ min: leastChunkBytes, max: mostChunkBytes }), (bytes, wanted) => {
        const plan = chunkPlan(bytes, wanted);
        let next = 0;
        for (let index = 0; index < plan.count; index += 1) {
          const { first, last } = chunkRange(plan, index);
          expect(first).toBe(next);
          expect(last).toBeGreaterThanOrEqual(first);
          next = last + 1;
          expect(bytesOfChunks(plan, index + 1)).toBe(next);
          expect(chunksOfBytes(plan, next)).toBe(index + 1);
          expect(chunksOfBytes(plan, next - 1)).toBe(index);
        }
        expect(next).toBe(bytes);
      }),
      { numRuns: 200 },
    );
  });
});
