import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { err, ok, type Result } from 'neverthrow';
import type { MediaIncomplete, MediaTooLarge, MediaUnreadable } from '../../application/ports/media-library.ts';
import { createBlockWriter, type BlockWriter } from './block-writer.ts';
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

const take = async (writer: BlockWriter, body: AsyncIterable<Uint8Array>, { limit, declared }: BodyLimits): Promise<Result<Written, BodyFailure>> => {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of piecesOf(body)) {
    bytes += piece.byteLength;
    if (bytes > limit) return err({ kind: 'MediaTooLarge', limit });
    if (declared !== null && bytes > declared) return err({ kind: 'MediaIncomplete', declared, received: bytes });
    hash.update(piece);
    await writer.add(piece);
  }
  if (declared !== null && bytes < declared) return err({ kind: 'MediaIncomplete', declared, received: bytes });
  if (bytes === 0) return err({ kind: 'MediaUnreadable', reason: 'nothing was sent' });
  await writer.finish();
  return ok({ bytes, sha256: hash.digest('hex') });
};

/**
 * Writes a body to a new file, hashing on the way. It is durable when this resolves. Rejects with the disk's errors; what
 * was written until then, or until a sender's failure, still lies there.
 */
export const writeBody = async (path: string, body: AsyncIterable<Uint8Array>, limits: BodyLimits): Promise<Result<Written, BodyFailure>> => {
  const file = await open(path, 'wx', 0o600);
  const writer = createBlockWriter(file);
  try {
    return await take(writer, body, limits);
  } catch (error) {
    if (error instanceof SenderFailed) return err({ kind: 'MediaUnreadable', reason: error.message });
    throw error;
  } finally {
    await writer.settle();
    await file.close();
  }
};
