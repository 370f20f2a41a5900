import { err, ok, type Result } from 'neverthrow';
import type { TikTokCallEnd, TikTokCallOutcome } from '../../application/ports/tiktok-calls.ts';
import type { Chunk, ChunkFailure } from '../../application/ports/tiktok-publishing.ts';

/** What came back for a chunk: there is no body that would say more. */
export type ChunkAnswer = Readonly<{
  status: number;
  /** As TikTok says it: `bytes 0-<uploaded>/<total>`. */
  contentRange: string | null;
  logId: string | null;
  /** Whether all of the chunk had left before the answer came. */
  isAllSent: boolean;
}>;

const outOfStep: ChunkFailure = { kind: 'ChunkOutOfStep' };
const unanswered = (reason: string): ChunkFailure => ({ kind: 'ChunkUnanswered', reason });

/** TikTok's pages do not say whether it counts bytes or names the last one. */
const reaches = (range: string, total: number): boolean => {
  const [, uploaded = ''] = /^bytes 0-(\d{1,16})\//.exec(range) ?? [];
  return [total, total - 1].map(String).includes(uploaded);
};

/** 206 is an answer to every chunk but the last, 201 to the last alone. */
const stored = ({ plan, index }: Chunk, { status, contentRange }: ChunkAnswer): Result<void, ChunkFailure> => {
  const isLast = index === plan.count - 1;
  if (status === 201) return isLast ? ok(undefined) : err(outOfStep);
  return !isLast || contentRange === null || reaches(contentRange, plan.totalBytes) ? ok(undefined) : err(outOfStep);
};

/** What TikTok's answer to a chunk means (media transfer guide). A status that is not documented says nothing for certain. */
export const chunkOutcome = (chunk: Chunk, answer: ChunkAnswer): Result<void, ChunkFailure> => {
  const { status } = answer;
  if (status === 201 || status === 206) {
    return answer.isAllSent ? stored(chunk, answer) : err(unanswered(`TikTok answered ${status} before it had the chunk`));
  }
  if (status === 403 || status === 404) return err({ kind: 'UploadClosed', status });
  if (status === 416) return err(outOfStep);
  if (status >= 400 && status < 500 && status !== 408 && status !== 425 && status !== 429) return err({ kind: 'ChunkRefused', status });
  return err(unanswered(`TikTok answered with status ${status}`));
};

const outcomes: Readonly<Record<ChunkFailure['kind'], TikTokCallOutcome>> = {
  UploadClosed: 'refused',
  ChunkOutOfStep: 'refused',
  ChunkRefused: 'refused',
  ChunkUnanswered: 'unclear',
  SourceFailed: 'unsent',
};

/** What is told of the call of a chunk. */
export const chunkEnd = (answer: ChunkAnswer | null, outcome: Result<void, ChunkFailure>): TikTokCallEnd => {
  const answered = { status: answer?.status ?? null, logId: answer?.logId ?? null, code: null };
  if (outcome.isOk()) return { ...answered, outcome: 'ok', reason: null };
  return { ...answered, outcome: outcomes[outcome.error.kind], reason: 'reason' in outcome.error ? outcome.error.reason : outcome.error.kind };
};
