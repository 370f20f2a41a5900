import type { SourceUnfetchable } from '../../application/ports/source-fetcher.ts';

const failure = (reason: string, retry: boolean): SourceUnfetchable => ({ kind: 'SourceUnfetchable', reason, retry });

/** Another try would find the same. */
export const notAPublicUrl = failure('not_a_public_url', false);
export const tooLarge = failure('video_size', false);

const lasting: ReadonlyMap<string, SourceUnfetchable> = new Map([
  ['OUTBOUND_NOT_PUBLIC', notAPublicUrl],
  ['OUTBOUND_REDIRECT', failure('source_redirected', false)],
  ['OUTBOUND_ENCODED', failure('source_compressed', false)],
  ['UND_ERR_RES_EXCEEDED_MAX_SIZE', tooLarge],
]);

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '');

/** Sentences and names are our own: an error's message may hold the address. */
export const sourceFailure = (error: unknown): SourceUnfetchable => lasting.get(codeOf(error)) ?? failure('source_unreachable', true);

/** @param status any but 200: a part of a file, or none, is no file */
export const refusedWith = (status: number): SourceUnfetchable =>
  failure('source_unreachable', status >= 500 || status === 408 || status === 425 || status === 429);
