import type { FileHandle } from 'node:fs/promises';
import { CustomSource } from 'mediabunny';

/** Enough for a WebM of the highest quality, which is read by whole clusters of seconds each; and all that a hostile file makes us hold. */
const largestRead = 32 * 2 ** 20;
const mostBytes = 160 * 2 ** 20;
const cacheBytes = 4 * 2 ** 20;

/** The file as the parser sees it. Reading ever more of it fails, so what the parser holds is bounded by what was read. */
export const boundedSource = (file: FileHandle, bytes: number): CustomSource => {
  let left = mostBytes;
  return new CustomSource({
    getSize: () => bytes,
    maxCacheSize: cacheBytes,
    prefetchProfile: 'fileSystem',
    read: async (start, end) => {
      const length = end - start;
      left -= length;
      if (length > largestRead || left < 0) throw new Error('the headers are larger than those of any video that can be posted');
      const { bytesRead, buffer } = await file.read({ buffer: new Uint8Array(length), position: start, length });
      if (bytesRead < length) throw new Error('the file ends early');
      return buffer;
    },
    handleUnhandledError: () => undefined,
  });
};
