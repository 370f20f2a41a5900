import { madeUpVideo } from '../../test/support/made-up-videos.ts';

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
