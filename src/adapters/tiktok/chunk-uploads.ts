import { Readable } from 'node:stream';
import { err, ResultAsync, type Result } from 'neverthrow';
import { request, type Dispatcher } from 'undici';
import type { Chunk, ChunkFailure, TikTokUploads } from '../../application/ports/tiktok-publishing.ts';
import { chunkRange } from '../../domain/publication/chunk-plan.ts';
import type { TikTokCallWatch } from '../../application/ports/tiktok-calls.ts';
import type { Secret } from '../../domain/values/secret.ts';
import { callErrorCode, callFailure } from './call-failure.ts';
import { chunkEnd, chunkOutcome, type ChunkAnswer } from './chunk-answer.ts';
import { chunkBytes, type ChunkBytes } from './chunk-bytes.ts';
import { headerLogId } from './words.ts';

/** How long a chunk may take: `atLeastMillis`, and longer the more bytes it has. */
export type UploadPace = Readonly<{ atLeastMillis: number; bytesPerSecond: number }>;

export const defaultUploadPace: UploadPace = { atLeastMillis: 60_000, bytesPerSecond: 131_072 };

export type UploadSettings = Readonly<{
  /** Has to follow no redirect, and to call no address that is not public but TikTok's stand-in. */
  dispatcher: Dispatcher;
  pace?: UploadPace;
  /** Is told of every chunk. */
  watch?: TikTokCallWatch;
}>;

/** What an answer may say beside its status: more is not read, and costs the connection. */
const readAtMost = 16_384;
const readForMillis = 2_000;

const headersOf = ({ plan, index, contentType }: Chunk): Readonly<Record<string, string>> => {
  const { first, last } = chunkRange(plan, index);
  return {
    'content-type': contentType,
    'content-length': String(last - first + 1),
    'content-range': `bytes ${first}-${last}/${plan.totalBytes}`,
  };
};

const only = (header: string | string[] | undefined): string | null => (typeof header === 'string' ? header : null);

/** Asks for a piece when the one before has left, and never ahead, as `Readable.from` does. */
const asWanted = (pieces: AsyncGenerator<Uint8Array, void, void>): Readable =>
  new Readable({
    highWaterMark: 0,
    read() {
      pieces.next().then(
        ({ value }) => this.push(value ?? null),
        (error: unknown) => this.destroy(error instanceof Error ? error : new Error('unknown failure')),
      );
    },
    destroy(error, done) {
      pieces.return().then(
        () => done(error),
        () => done(error),
      );
    },
  });

const put = async (dispatcher: Dispatcher, url: Secret<string>, chunk: Chunk, source: ChunkBytes, signal: AbortSignal): Promise<ChunkAnswer> => {
  const body = asWanted(source.bytes);
  // Whatever ends it is told by the call itself.
  body.on('error', () => undefined);
  try {
    const answer = await request(new URL(url.reveal()), { dispatcher, method: 'PUT', headers: headersOf(chunk), body, signal });
    const isAllSent = source.isSpent();
    const contentRange = only(answer.headers['content-range']);
    await answer.body.dump({ limit: readAtMost, signal: AbortSignal.timeout(readForMillis) }).catch(() => undefined);
    return { status: answer.statusCode, contentRange, logId: headerLogId(answer.headers['x-tt-logid']), isAllSent };
  } finally {
    body.destroy();
  }
};

const failureOf = (error: unknown, source: ChunkBytes, signal: AbortSignal): ChunkFailure => {
  const ours = source.failure();
  if (ours !== null) return { kind: 'SourceFailed', reason: ours };
  if (signal.aborted) return { kind: 'ChunkUnanswered', reason: 'the upload was stopped' };
  if (callErrorCode(error) === 'OUTBOUND_NOT_PUBLIC') return { kind: 'ChunkRefused', status: null };
  return { kind: 'ChunkUnanswered', reason: callFailure(error).reason };
};

/** Sends chunks of a file, piece by piece as the connection takes them. The upload address shows in no failure. */
export const createTikTokUploads = ({ dispatcher, pace = defaultUploadPace, watch }: UploadSettings): TikTokUploads => ({
  putChunk: (uploadUrl, chunk, body, signal) => {
    const { first, last } = chunkRange(chunk.plan, chunk.index);
    const expected = last - first + 1;
    const send = async (): Promise<Result<void, ChunkFailure>> => {
      const end = watch?.('upload_chunk');
      const source = chunkBytes(body, expected);
      const late = AbortSignal.timeout(pace.atLeastMillis + Math.ceil((expected / pace.bytesPerSecond) * 1_000));
      try {
        const answer = await put(dispatcher, uploadUrl, chunk, source, AbortSignal.any([signal, late]));
        const outcome = chunkOutcome(chunk, answer);
        end?.(chunkEnd(answer, outcome));
        return outcome;
      } catch (error) {
        const outcome = err(failureOf(error, source, signal));
        end?.(chunkEnd(null, outcome));
        return outcome;
      }
    };
    return new ResultAsync(send());
  },
});
