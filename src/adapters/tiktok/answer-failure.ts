import type { TikTokFailure, TikTokUnclear, TikTokWords } from '../../application/ports/tiktok.ts';
import type { Secret } from '../../domain/values/secret.ts';
import type { TikTokAnswer } from './answer.ts';
import { errorOf, logIdOf } from './words.ts';

const ofOurApp = new Set(['invalid_client', 'unauthorized_client']);
const passing = new Set(['server_error', 'temporarily_unavailable', 'rate_limit_exceeded', 'internal_error']);

const refusal = (status: number, tiktok: TikTokWords): TikTokFailure => {
  if (status >= 500 || status === 429 || passing.has(tiktok.code)) {
    return { kind: 'TikTokTransient', tiktok, reason: `TikTok answered ${tiktok.code} with status ${status}` };
  }
  return ofOurApp.has(tiktok.code) ? { kind: 'TikTokMisconfigured', tiktok } : { kind: 'TikTokRefused', tiktok };
};

export const unclear = (answer: TikTokAnswer, secrets: readonly Secret<string>[], reason: string): TikTokUnclear => ({
  kind: 'TikTokUnclear',
  reason: `${reason} (status ${answer.status})`,
  logId: logIdOf(answer, secrets),
});

/**
 * What an answer that is no success means. The status decides nothing but whether an error is of passing nature: TikTok
 * sends errors with 200. Refused with 429, a call had no effect, whatever else came with it.
 * @param missing why it is no success, for an answer that is no error either
 */
export const answerFailure = (answer: TikTokAnswer, secrets: readonly Secret<string>[], missing: string): TikTokFailure => {
  const body = answer.body.unwrapOr(null);
  const words = body === null ? null : errorOf(body, logIdOf(answer, secrets), secrets);
  if (words !== null) return refusal(answer.status, words);
  if (answer.status === 429) return { kind: 'TikTokTransient', tiktok: null, reason: 'TikTok answered with status 429' };
  const unread = answer.body.match((read) => (read === null ? 'the answer was empty' : missing), (problem) => `the answer was ${problem}`);
  return unclear(answer, secrets, unread);
};
