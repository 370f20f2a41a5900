import { open } from 'node:fs/promises';
import { lookAtOpenFile, type FileLook } from './file-stamp.ts';

const pieceBytes = 256 * 1_024;

class FileChanged extends Error {
  readonly code = 'ECHANGED';
}

/** Reads both ends inclusive, a piece at a time. @throws the disk's errors, and when the file is no longer what was looked at */
export async function* readRange(path: string, expected: FileLook, first: number, last: number): AsyncGenerator<Uint8Array, void, void> {
  const file = await open(path, 'r');
  try {
    for (let position = first; position <= last; ) {
      const length = Math.min(pieceBytes, last - position + 1);
      const { bytesRead, buffer } = await file.read({ buffer: Buffer.allocUnsafeSlow(length), position, length });
      if (bytesRead === 0) throw new FileChanged('the file is shorter than it was');
      position += bytesRead;
      // The last piece is given only when nothing of the range can have been another file's.
      if (position > last && (await lookAtOpenFile(file)).stamp !== expected.stamp) throw new FileChanged('the file is no longer what was uploaded');
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
