import { open, type FileHandle } from 'node:fs/promises';
import { lookAtOpenFile, type FileLook } from './file-stamp.ts';

/** More than a socket takes at once, so that whoever sends a piece waits until it is gone before it asks for the next. */
const pieceBytes = 262_144;

class FileChanged extends Error {
  readonly code = 'ECHANGED';
}

type Range = Readonly<{ file: FileHandle; expected: FileLook; last: number }>;

const readPiece = async ({ file, expected, last }: Range, into: Buffer, position: number): Promise<Buffer> => {
  const length = Math.min(into.byteLength, last - position + 1);
  // Filled to its end: of smaller ones more might be on their way at once than there is memory for.
  for (let filled = 0; filled < length; ) {
    const { bytesRead } = await file.read(into, filled, length - filled, position + filled);
    if (bytesRead === 0) throw new FileChanged('the file is shorter than it was');
    filled += bytesRead;
  }
  // The last piece is given only when nothing of the range can have been another file's.
  if (position + length > last && (await lookAtOpenFile(file)).stamp !== expected.stamp) throw new FileChanged('the file is no longer what was uploaded');
  return into.subarray(0, length);
};

/**
 * Reads both ends inclusive, one piece ahead. A piece holds until the next but one is asked for: its memory is used again.
 * @throws the disk's errors, and when the file is no longer what was looked at
 */
export async function* readRange(path: string, expected: FileLook, first: number, last: number): AsyncGenerator<Uint8Array, void, void> {
  const file = await open(path, 'r');
  const range: Range = { file, expected, last };
  let ahead: Promise<Buffer> | null = null;
  try {
    // One with whoever asked last, one that they may still be sending, one being read.
    const buffers = Array.from({ length: 3 }, () => Buffer.allocUnsafeSlow(Math.min(pieceBytes, last - first + 1)));
    const begin = (position: number, turn: number): Promise<Buffer> | null => {
      const into = buffers[turn % buffers.length];
      if (position > last || into === undefined) return null;
      const reading = readPiece(range, into, position);
      // Awaited in the next turn; a failure must not count as unhandled until then.
      reading.catch(() => undefined);
      return reading;
    };
    let position = first;
    ahead = begin(position, 0);
    for (let turn = 1; ahead !== null; turn += 1) {
      const piece: Buffer = await ahead;
      position += piece.byteLength;
      ahead = begin(position, turn);
      yield piece;
    }
  } finally {
    await ahead?.catch(() => undefined);
    await file.close();
  }
}
