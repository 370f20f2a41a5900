import {
  BufferTarget,
  EncodedPacket,
  EncodedVideoPacketSource,
  MkvOutputFormat,
  MovOutputFormat,
  Mp4OutputFormat,
  Output,
  WebMOutputFormat,
  type OutputFormat,
  type Rotation,
  type VideoCodec,
} from 'mediabunny';

export type MadeUpVideo = Readonly<{
  container: 'mp4' | 'fragmented mp4' | 'mov' | 'webm' | 'matroska';
  codec: VideoCodec;
  width?: number;
  height?: number;
  rotation?: Rotation;
  frames?: number;
  frameRate?: number;
}>;

const formats: Readonly<Record<MadeUpVideo['container'], () => OutputFormat>> = {
  mp4: () => new Mp4OutputFormat(),
  'fragmented mp4': () => new Mp4OutputFormat({ fastStart: 'fragmented' }),
  mov: () => new MovOutputFormat(),
  webm: () => new WebMOutputFormat(),
  matroska: () => new MkvOutputFormat(),
};

/** A sequence parameter set and a picture parameter set that say little; nothing here is ever decoded. */
const avcDescription = Uint8Array.from([1, 0x64, 0, 0x1f, 0xff, 0xe1, 0, 4, 0x67, 0x64, 0, 0x1f, 1, 0, 4, 0x68, 0xee, 0x3c, 0x80]);
const hevcDescription = Uint8Array.from([1, 1, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 93, 0xf0, 0, 0xfc, 0xfd, 0xf8, 0xf8, 0, 0, 0x0f, 0]);

const configs: Readonly<Partial<Record<VideoCodec, Readonly<{ codec: string; description?: Uint8Array }>>>> = {
  avc: { codec: 'avc1.64001f', description: avcDescription },
  hevc: { codec: 'hvc1.1.6.L93.90', description: hevcDescription },
  vp8: { codec: 'vp8' },
  vp9: { codec: 'vp09.00.10.08' },
  av1: { codec: 'av01.0.04M.08' },
};

/** The bytes of a video whose pictures are made up and whose headers are true. */
export const madeUpVideo = async ({ container, codec, width = 720, height = 1280, rotation = 0, frames = 90, frameRate = 30 }: MadeUpVideo): Promise<Buffer> => {
  const target = new BufferTarget();
  const output = new Output({ format: formats[container](), target });
  const source = new EncodedVideoPacketSource(codec);
  output.addVideoTrack(source, { rotation, frameRate });
  await output.start();
  const config = configs[codec] ?? { codec };
  for (let frame = 0; frame < frames; frame += 1) {
    const packet = new EncodedPacket(new Uint8Array(24).fill(frame), frame % 30 === 0 ? 'key' : 'delta', frame / frameRate, 1 / frameRate);
    await source.add(packet, { decoderConfig: { ...config, codedWidth: width, codedHeight: height } });
  }
  await output.finalize();
  if (target.buffer === null) throw new Error('nothing was written');
  return Buffer.from(target.buffer);
};
