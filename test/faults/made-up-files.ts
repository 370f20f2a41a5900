import { createCipheriv, createHash, randomUUID } from 'node:crypto';
import { errAsync, okAsync } from 'neverthrow';
import type { Media, MediaLibrary } from '../../src/application/ports/media-library.ts';
import { mediaId, type MediaId } from '../../src/domain/values/ids.ts';
import { instant } from '../../src/domain/values/instant.ts';

/** Files of any size whose bytes are made up as they are read. */
export interface MadeUpFiles extends MediaLibrary {
  /** @param seed null for a file of zeros; else every byte depends on it and on its place */
  add(bytes: number, seed?: number | null): MediaId;
  sha256(id: MediaId): string;
  forget(id: MediaId): void;
}

type Made = Readonly<{ bytes: number; seed: number | null }>;

const pieceBytes = 262_144;
const blockBytes = 16;

const media = (id: MediaId, bytes: number): Media => ({
  id,
  owner: null,
  bytes,
  contentType: 'video/mp4',
  sha256: '0'.repeat(64),
  video: { container: 'mp4', codec: 'h264', durationMillis: 1_000, width: 720, height: 1_280, frameRate: 30, bytes },
  expiresAt: instant(Date.UTC(2100, 0)),
});

/** The bytes from `first` to `last`, both inclusive. */
export function* madeUpBytes({ seed }: Pick<Made, 'seed'>, first: number, last: number): Generator<Uint8Array> {
  const place = Buffer.alloc(blockBytes);
  place.writeUInt32BE(seed ?? 0);
  place.writeUInt32BE(Math.floor(first / blockBytes), blockBytes - 4);
  const stream = createCipheriv('aes-128-ctr', Buffer.alloc(blockBytes), place);
  const zeros = Buffer.alloc(pieceBytes);
  if (seed !== null) stream.update(zeros.subarray(0, first % blockBytes));
  for (let left = last - first + 1; left > 0; left -= pieceBytes) {
    const piece = zeros.subarray(0, Math.min(left, pieceBytes));
    yield seed === null ? piece : stream.update(piece);
  }
}

const inTurns = async function* (pieces: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* pieces;
};

export const createMadeUpFiles = (): MadeUpFiles => {
  const files = new Map<MediaId, Made>();
  const add = (bytes: number, seed: number | null = null): MediaId => {
    const id = mediaId(randomUUID());
    files.set(id, { bytes, seed });
    return id;
  };
  return {
    add,
    sha256: (id) => {
      const file = files.get(id) ?? { bytes: 0, seed: null };
      const hash = createHash('sha256');
      for (const piece of madeUpBytes(file, 0, file.bytes - 1)) hash.update(piece);
      return hash.digest('hex');
    },
    forget: (id) => void files.delete(id),
    store: ({ bytes }) => okAsync(media(add(bytes ?? 0), bytes ?? 0)),
    find: (id) => {
      const file = files.get(id);
      return okAsync(file === undefined ? null : media(id, file.bytes));
    },
    open: (id) => {
      const file = files.get(id);
      if (file === undefined) return errAsync({ kind: 'MediaGone', reason: 'unknown' });
      return okAsync({ media: media(id, file.bytes), read: (first, last) => inTurns(madeUpBytes(file, first, last)) });
    },
    remove: (id) => {
      files.delete(id);
      return okAsync(undefined);
    },
    keepUntil: () => okAsync(undefined),
  };
};
