import type { FileHandle } from 'node:fs/promises';
import { Input, MATROSKA, MP4, QTFF, WEBM, type InputFormat, type InputVideoTrack, type VideoCodec } from 'mediabunny';
import { boundedSource } from './bounded-source.ts';

/** As the posting rules name them; `bytes` is the file's. */
export type HeaderFacts = Readonly<{
  container: string;
  codec: string;
  durationMillis: number;
  width: number;
  height: number;
  frameRate: number | null;
}>;

const formats: readonly InputFormat[] = [MP4, QTFF, WEBM, MATROSKA];
const containers: ReadonlyMap<InputFormat, string> = new Map<InputFormat, string>([
  [MP4, 'mp4'],
  [QTFF, 'mov'],
  [WEBM, 'webm'],
  [MATROSKA, 'matroska'],
]);
const codecs: Readonly<Partial<Record<VideoCodec, string>>> = { avc: 'h264', hevc: 'h265' };

/** So many show the rhythm; a file of a day has not to be read for it. */
const framesLookedAt = 120;

/** To a thousandth, so that a clock of 90,000 ticks does not make 60 into 60.0001. */
const rounded = (rate: number): number | null => (Number.isFinite(rate) && rate > 0 ? Math.round(rate * 1_000) / 1_000 : null);

const frameRateOf = async (track: InputVideoTrack): Promise<number | null> => {
  const { underlyingFrameRate, averageFrameRate } = await track.computeFrameRateMetrics({ targetPacketCount: framesLookedAt });
  return rounded(underlyingFrameRate ?? averageFrameRate);
};

/** What is seen: turned as the file says, with square pixels. Null for a file without a picture. */
export const readHeaders = async (file: FileHandle, bytes: number): Promise<HeaderFacts | null> => {
  const input = new Input({ formats: [...formats], source: boundedSource(file, bytes) });
  try {
    const container = containers.get(await input.getFormat());
    const track = await input.getPrimaryVideoTrack();
    if (container === undefined || track === null) return null;
    const codec = await track.getCodec();
    return {
      container,
      codec: codec === null ? 'unknown' : (codecs[codec] ?? codec),
      durationMillis: Math.round((await input.computeDuration()) * 1_000),
      width: Math.round(await track.getDisplayWidth()),
      height: Math.round(await track.getDisplayHeight()),
      frameRate: await frameRateOf(track),
    };
  } finally {
    input.dispose();
  }
};
