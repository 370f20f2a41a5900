import type { FileHandle } from 'node:fs/promises';
import { CustomSource } from 'mediabunny';

/** Far more than the headers of a video that TikTok takes, and all that a hostile file can make us hold. */
const largestRead = 16 * 2 ** 20;
const mostBytes = 96 * 2 ** 20;
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
