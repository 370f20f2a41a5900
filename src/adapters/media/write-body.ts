import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { err, ok, type Result } from 'neverthrow';
import type { MediaIncomplete, MediaTooLarge, MediaUnreadable } from '../../application/ports/media-library.ts';
import { diskCode } from './disk-failure.ts';

export type Written = Readonly<{ bytes: number; sha256: string }>;
export type BodyFailure = MediaTooLarge | MediaIncomplete | MediaUnreadable;

export type BodyLimits = Readonly<{
  /** Bytes. */
  limit: number;
  /** Null where the sender did not say. */
  declared: number | null;
}>;

class SenderFailed extends Error {}

/** Tells a sender's failure from a disk's. */
async function* piecesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* body;
  } catch (error) {
    throw new SenderFailed(`the sender broke off (${diskCode(error)})`);
  }
}

/** Pieces of a connection are small: so many bytes of them go to the disk in one call. */
const blockBytes = 524_288;
/** What was written is on its way to the disk after so many bytes, so that the end has little to wait for. */
const flushEveryBytes = 33_554_432;

/** Lets one flush at a time run beside the writing: each keeps one of the process's few threads for files. */
export type Flushing = { underWay: boolean };

const flushBeside = (file: FileHandle, flushing: Flushing): Promise<void> => {
  flushing.underWay = true;
  return file.datasync().finally(() => {
    flushing.underWay = false;
  });
};

const writeAll = async (file: FileHandle, pieces: readonly Uint8Array[]): Promise<void> => {
  let { bytesWritten: skipped } = await file.writev([...pieces]);
  for (const piece of pieces) {
    let written = Math.min(skipped, piece.byteLength);
    skipped -= written;
    while (written < piece.byteLength) written += (await file.write(piece, written)).bytesWritten;
  }
};

type Work = { readonly file: FileHandle; readonly flushing: Flushing; writing: Promise<void>; flush: Promise<void>; unflushed: number };

/** A failure shows when the next block is to be written, or at the end. */
const begun = (promise: Promise<void>): Promise<void> => {
  promise.catch(() => undefined);
  return promise;
};

/** Waits for the block before: two are in memory at most, one being written and one being gathered. */
const writeBlock = async (work: Work, pieces: readonly Uint8Array[], bytes: number): Promise<void> => {
  await work.writing;
  work.writing = begun(writeAll(work.file, pieces));
  work.unflushed += bytes;
  if (work.unflushed < flushEveryBytes || work.flushing.underWay) return;
  work.unflushed = 0;
  await work.flush;
  work.flush = begun(flushBeside(work.file, work.flushing));
};

const take = async (work: Work, body: AsyncIterable<Uint8Array>, { limit, declared }: BodyLimits): Promise<Result<Written, BodyFailure>> => {
  const hash = createHash('sha256');
  let bytes = 0;
  let block: Uint8Array[] = [];
  let gathered = 0;
  for await (const piece of piecesOf(body)) {
    bytes += piece.byteLength;
    if (bytes > limit) return err({ kind: 'MediaTooLarge', limit });
    if (declared !== null && bytes > declared) return err({ kind: 'MediaIncomplete', declared, received: bytes });
    hash.update(piece);
    block.push(piece);
    gathered += piece.byteLength;
    if (gathered < blockBytes) continue;
    await writeBlock(work, block, gathered);
    block = [];
    gathered = 0;
  }
  if (declared !== null && bytes < declared) return err({ kind: 'MediaIncomplete', declared, received: bytes });
  if (bytes === 0) return err({ kind: 'MediaUnreadable', reason: 'nothing was sent' });
  if (gathered > 0) await writeBlock(work, block, gathered);
  await work.writing;
  await work.flush;
  await work.file.datasync();
  return ok({ bytes, sha256: hash.digest('hex') });
};

/**
 * Writes a body to a new file, a block at a time, hashing on the way. It is durable when this resolves. Rejects with the
 * disk's errors; what was written until then, or until a sender's failure, still lies there.
 */
export const writeBody = async (path: string, body: AsyncIterable<Uint8Array>, limits: BodyLimits, flushing: Flushing = { underWay: false }): Promise<Result<Written, BodyFailure>> => {
  const file = await open(path, 'wx', 0o600);
  const work: Work = { file, flushing, writing: Promise.resolve(), flush: Promise.resolve(), unflushed: 0 };
  try {
    return await take(work, body, limits);
  } catch (error) {
    if (error instanceof SenderFailed) return err({ kind: 'MediaUnreadable', reason: error.message });
    throw error;
  } finally {
    await Promise.allSettled([work.writing, work.flush]);
    await file.close();
  }
};
