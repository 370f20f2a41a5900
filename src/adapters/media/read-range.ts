import { open, type FileHandle } from 'node:fs/promises';
import { lookAtOpenFile, type FileLook } from './file-stamp.ts';

const pieceBytes = 262_144;

class FileChanged extends Error {
  readonly code = 'ECHANGED';
}

type Range = Readonly<{ file: FileHandle; expected: FileLook; last: number }>;

/** Full, however little the disk gives at once: who sends small pieces does not wait for each to leave. */
const fill = async ({ file, expected, last }: Range, buffer: Buffer, position: number): Promise<Buffer> => {
  const piece = buffer.subarray(0, Math.min(buffer.byteLength, last - position + 1));
  for (let filled = 0; filled < piece.byteLength; ) {
    const { bytesRead } = await file.read(piece, filled, piece.byteLength - filled, position + filled);
    if (bytesRead === 0) throw new FileChanged('the file is shorter than it was');
    filled += bytesRead;
  }
  // The last piece is given only when nothing of the range can have been another file's.
  if (position + piece.byteLength > last && (await lookAtOpenFile(file)).stamp !== expected.stamp) throw new FileChanged('the file is no longer what was uploaded');
  return piece;
};

/**
 * Reads both ends inclusive, a piece ahead, into the same two buffers: a piece holds until the next is asked for.
 * @throws the disk's errors, and when the file is no longer what was looked at
 */
export async function* readRange(path: string, expected: FileLook, first: number, last: number): AsyncGenerator<Uint8Array, void, void> {
  const file = await open(path, 'r');
  const range = { file, expected, last };
  const begin = (buffer: Buffer, position: number): Promise<Buffer> => {
    const filled = fill(range, buffer, position);
    // It is looked at when it is asked for.
    filled.catch(() => undefined);
    return filled;
  };
  const bytes = Math.min(pieceBytes, last - first + 1);
  let [current, spare] = [Buffer.allocUnsafeSlow(bytes), Buffer.allocUnsafeSlow(bytes)];
  let next = begin(current, first);
  try {
    for (let position = first; position <= last; ) {
      const piece = await next;
      position += piece.byteLength;
      if (position <= last) next = begin(spare, position);
      yield piece;
      [current, spare] = [spare, current];
    }
  } finally {
    await next.catch(() => undefined);
    await file.close();
  }
}
