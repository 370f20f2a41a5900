import type { FileHandle } from 'node:fs/promises';
import { pieceTaken } from './collect-pieces.ts';

/** What connections give is small: so much of it goes to the disk in one call. */
const blockBytes = 1_048_576;

export interface BlockWriter {
  /** Copies the piece; resolves once there is room for the next. */
  add(piece: Uint8Array): Promise<void>;
  /** Writes the rest; all of it is durable when this resolves. */
  finish(): Promise<void>;
  /** Resolves once nothing uses the file any more, whatever has failed. */
  settle(): Promise<void>;
}

const writeWhole = async (file: FileHandle, block: Uint8Array): Promise<void> => {
  let written = 0;
  while (written < block.byteLength) written += (await file.write(block, written)).bytesWritten;
};

/** A failure shows when the next block is to be written, or at the end. */
const begun = (work: Promise<void>): Promise<void> => {
  work.catch(() => undefined);
  return work;
};

/** Writes a file from its beginning: two blocks take turns, one is filled while the other is on its way to the disk. */
export const createBlockWriter = (file: FileHandle): BlockWriter => {
  let block = Buffer.allocUnsafeSlow(blockBytes);
  let spare = Buffer.allocUnsafeSlow(blockBytes);
  let filled = 0;
  let writing = Promise.resolve();

  const writeBlock = async (): Promise<void> => {
    await writing;
    writing = begun(writeWhole(file, block.subarray(0, filled)));
    filled = 0;
    [block, spare] = [spare, block];
  };

  return {
    add: async (piece) => {
      for (let taken = 0; taken < piece.byteLength; ) {
        const room = piece.subarray(taken, taken + blockBytes - filled);
        block.set(room, filled);
        filled += room.byteLength;
        taken += room.byteLength;
        if (filled === blockBytes) await writeBlock();
      }
      pieceTaken(piece.byteLength);
    },
    finish: async () => {
      await writeBlock();
      await writing;
      await file.datasync();
    },
    settle: async () => {
      await writing.catch(() => undefined);
    },
  };
};
