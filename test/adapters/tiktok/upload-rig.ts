import { createHash } from 'node:crypto';
import type { Result } from 'neverthrow';
import { afterEach } from 'vitest';
import { createGuardedDispatcher } from '../../../src/adapters/outbound/guarded-dispatcher.ts';
import { createTikTokUploads, type UploadPace } from '../../../src/adapters/tiktok/chunk-uploads.ts';
import type { Chunk, ChunkFailure, TikTokUploads } from '../../../src/application/ports/tiktok-publishing.ts';
import { chunkPlan } from '../../../src/domain/publication/chunk-plan.ts';
import { startUploadServer, type UploadScript, type UploadServer } from './upload-server.ts';

export const uploadToken = 'made-up-upload-token';
export const path = `/video/?upload_id=7600000000000000002&upload_token=${uploadToken}`;
const pieceBytes = 65_536;

const stopping: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stopping.splice(0)) await stop();
});

export type MadeUpFile = Readonly<{ file: { taken: number; opened: number; closed: number }; read: () => AsyncGenerator<Uint8Array> }>;

/** A file of which each byte follows from its place, and how much of it was asked for. */
export const madeUpFile = (bytes: number): MadeUpFile => {
  const file = { taken: 0, opened: 0, closed: 0 };
  async function* read(): AsyncGenerator<Uint8Array> {
    file.opened += 1;
    try {
      for (let at = 0; at < bytes; at += pieceBytes) {
        const piece = Buffer.alloc(Math.min(pieceBytes, bytes - at), at / pieceBytes);
        file.taken += piece.length;
        yield piece;
        await Promise.resolve();
      }
    } finally {
      file.closed += 1;
    }
  }
  return { file, read };
};

export const digestOf = async (pieces: AsyncIterable<Uint8Array>): Promise<string> => {
  const hash = createHash('sha256');
  for await (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
};

/** Stopped after the test, as everything here. */
export const serverOf = async (script?: UploadScript): Promise<UploadServer> => {
  const server = await startUploadServer(script);
  stopping.push(async () => server[Symbol.asyncDispose]());
  return server;
};

export const uploadsTo = (server: UploadServer, pace?: UploadPace, exemptOrigins = [server.origin]): TikTokUploads => {
  const dispatcher = createGuardedDispatcher({ exemptOrigins, limits: { total: 60_000, headers: 20_000 } });
  stopping.push(() => dispatcher.destroy());
  return createTikTokUploads({ dispatcher, ...(pace === undefined ? {} : { pace }) });
};

export const oneChunk = (bytes: number): Chunk => ({ plan: chunkPlan(bytes), index: 0, contentType: 'video/mp4' });
export const never = new AbortController().signal;

export const failureOf = (told: Result<void, ChunkFailure>): ChunkFailure | null =>
  told.match(
    () => null,
    (failure) => failure,
  );
