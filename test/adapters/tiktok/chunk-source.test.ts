import { describe, expect, it } from 'vitest';
import type { ChunkFailure } from '../../../src/application/ports/tiktok-publishing.ts';
import { secret } from '../../../src/domain/values/secret.ts';
import { failureOf, madeUpFile, never, oneChunk, path, serverOf, uploadsTo } from './upload-rig.ts';
import { answeringWith, type UploadServer } from './upload-server.ts';

describe('our own file', () => {
  const withFile = async (read: () => AsyncIterable<Uint8Array>): Promise<Readonly<{ told: ChunkFailure | null; server: UploadServer }>> => {
    const server = await serverOf();
    return { told: failureOf(await uploadsTo(server).putChunk(secret(server.origin + path), oneChunk(200_000), read, never)), server };
  };

  async function* upTo(bytes: number, error: Error | null): AsyncGenerator<Uint8Array> {
    yield* madeUpFile(bytes).read();
    if (error !== null) throw error;
  }

  it.each<[string, () => AsyncIterable<Uint8Array>, string]>([
    ['fails in its middle', () => upTo(100_000, Object.assign(new Error('EIO: i/o error, read /var/private/path'), { code: 'EIO' })), 'the file could not be read (EIO)'],
    ['fails before its first byte', () => upTo(0, new Error('no such file /var/private/path')), 'the file could not be read'],
    ['is shorter than the chunk', () => upTo(199_999, null), 'the file gave fewer bytes than the chunk has'],
    ['is empty', () => upTo(0, null), 'the file gave fewer bytes than the chunk has'],
    ['gives more than the chunk has', () => upTo(200_001, null), 'the file gave more bytes than the chunk has'],
  ])('%s: the chunk ends without an end at TikTok', async (_, read, reason) => {
    const { told, server } = await withFile(read);
    expect(told).toEqual({ kind: 'SourceFailed', reason });
    expect(server.received).toEqual([]);
  });

  it('never answers, which a stop does not wait for', async () => {
    const server = await serverOf();
    const stop = new AbortController();
    const opened = Promise.withResolvers<void>();
    const stuck = {
      [Symbol.asyncIterator]: () => ({
        next: () => {
          opened.resolve();
          return Promise.withResolvers<IteratorResult<Uint8Array>>().promise;
        },
      }),
    };
    const sending = uploadsTo(server).putChunk(secret(server.origin + path), oneChunk(1_000), () => stuck, stop.signal);
    await opened.promise;
    stop.abort();
    expect(failureOf(await sending)).toEqual({ kind: 'ChunkUnanswered', reason: 'the upload was stopped' });
  });

  it('is opened anew for each try, and closed after each', async () => {
    const server = await serverOf(answeringWith(500));
    const { file, read } = madeUpFile(300_000);
    const uploads = uploadsTo(server);
    for (let tries = 0; tries < 3; tries += 1) {
      const sent = await uploads.putChunk(secret(server.origin + path), oneChunk(300_000), read, never);
      expect(sent.isErr()).toBe(true);
    }
    expect(file).toEqual({ taken: 900_000, opened: 3, closed: 3 });
  });
});
