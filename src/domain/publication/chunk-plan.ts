/** How a file is cut for TikTok: `count` chunks of `chunkBytes`, the last one with what remains. */
export type ChunkPlan = Readonly<{ totalBytes: number; chunkBytes: number; count: number }>;

/** "MB" is not defined by TikTok: these sizes are right whether it means 10^6 or 2^20 bytes. */
const singleChunkLimit = 64_000_000;
/** Small enough to lose little with a connection, large enough that recording each costs little. */
export const usualChunkBytes = 10_000_000;
export const leastChunkBytes = 5_242_880;
export const mostChunkBytes = singleChunkLimit;

/**
 * Count is `floor(total / chunk)`, as TikTok's media transfer guide wants it.
 * @param totalBytes 1 to 4 GiB
 * @param wantedBytes of a chunk, between the least and the most
 */
export const chunkPlan = (totalBytes: number, wantedBytes = usualChunkBytes): ChunkPlan => {
  if (totalBytes <= singleChunkLimit) return { totalBytes, chunkBytes: totalBytes, count: 1 };
  // TikTok refuses a single chunk that is smaller than the file.
  const chunkBytes = Math.min(wantedBytes, Math.floor(totalBytes / 2));
  return { totalBytes, chunkBytes, count: Math.floor(totalBytes / chunkBytes) };
};

/** First and last byte of a chunk, both inclusive, as in `Content-Range`. @param index from 0 */
export const chunkRange = ({ totalBytes, chunkBytes: size, count }: ChunkPlan, index: number): Readonly<{ first: number; last: number }> => ({
  first: index * size,
  last: index === count - 1 ? totalBytes - 1 : (index + 1) * size - 1,
});

/** Bytes that TikTok has once so many chunks are acknowledged. */
export const bytesOfChunks = ({ totalBytes, chunkBytes: size, count }: ChunkPlan, chunks: number): number =>
  chunks >= count ? totalBytes : chunks * size;

/** Whole chunks among so many bytes. */
export const chunksOfBytes = ({ totalBytes, chunkBytes: size, count }: ChunkPlan, bytes: number): number =>
  bytes >= totalBytes ? count : Math.min(count - 1, Math.floor(bytes / size));
