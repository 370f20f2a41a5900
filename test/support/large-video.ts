import { createHash, randomBytes } from 'node:crypto';
import { madeUpVideo } from './made-up-videos.ts';

/** The beginning of a video of that size whose headers are true: behind it stands one box of filler, which players pass over. */
export const beginningOfVideo = async (bytes: number): Promise<Buffer> => {
  const video = await madeUpVideo({ container: 'mp4', codec: 'avc' });
  const box = Buffer.alloc(16);
  // A size of 1 says that the true one follows the name.
  box.writeUInt32BE(1, 0);
  box.write('free', 4, 'latin1');
  box.writeBigUInt64BE(BigInt(bytes - video.length), 8);
  return Buffer.concat([video, box]);
};

/** A video of any size that is never whole in memory. */
export type LargeVideo = Readonly<{
  bytes: number;
  /** To be read once. */
  pieces: AsyncGenerator<Buffer, void, void>;
  /** Of all that was read. */
  sha256: () => string;
}>;

const fillerBytes = 1_000_003;

/** The filler is of chance bytes, each of its pieces numbered: none can stand in for another. */
export const largeVideo = async (bytes: number): Promise<LargeVideo> => {
  const beginning = await beginningOfVideo(bytes);
  const filler = randomBytes(fillerBytes);
  const hash = createHash('sha256');
  async function* pieces(): AsyncGenerator<Buffer, void, void> {
    hash.update(beginning);
    yield beginning;
    for (let given = beginning.length, number = 0; given < bytes; number += 1) {
      const piece = Buffer.from(filler.subarray(0, Math.min(fillerBytes, bytes - given)));
      if (piece.length >= 4) piece.writeUInt32BE(number);
      given += piece.length;
      hash.update(piece);
      yield await Promise.resolve(piece);
    }
  }
  return { bytes, pieces: pieces(), sha256: () => hash.copy().digest('hex') };
};
