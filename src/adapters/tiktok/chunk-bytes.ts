/** A chunk on its way out of our own file. */
export type ChunkBytes = Readonly<{
  bytes: AsyncGenerator<Uint8Array, void, void>;
  /** Whether all of it has been taken. */
  isSpent: () => boolean;
  /** Why our own file could not give it; null while it could. */
  failure: () => string | null;
}>;

const systemCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && /^E[A-Z]+$/.test(error.code) ? ` (${error.code})` : '';

/** Reads exactly `expected` bytes, each piece when it is asked for: what is not wanted yet stays on disk. */
export const chunkBytes = (open: () => AsyncIterable<Uint8Array>, expected: number): ChunkBytes => {
  let given = 0;
  let failure: string | null = null;

  const failed = (reason: string): Error => {
    failure = reason;
    return new Error(reason);
  };

  const next = async (pieces: AsyncIterator<Uint8Array>): Promise<Uint8Array> => {
    const read = await pieces.next().catch((error: unknown) => {
      throw failed(`the file could not be read${systemCode(error)}`);
    });
    if (read.done === true) throw failed('the file gave fewer bytes than the chunk has');
    if (given + read.value.byteLength > expected) throw failed('the file gave more bytes than the chunk has');
    return read.value;
  };

  async function* read(): AsyncGenerator<Uint8Array, void, void> {
    const pieces = open()[Symbol.asyncIterator]();
    try {
      while (given < expected) {
        const piece = await next(pieces);
        given += piece.byteLength;
        yield piece;
      }
    } finally {
      await pieces.return?.();
    }
  }

  return { bytes: read(), isSpent: () => given === expected, failure: () => failure };
};
