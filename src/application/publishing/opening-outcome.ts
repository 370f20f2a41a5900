import type { OpeningOutcome } from '../../domain/publication/commands.ts';
import { plusMillis, type Instant } from '../../domain/values/instant.ts';
import type { TikTokFailure } from '../ports/tiktok.ts';

const minute = 60_000;
const hour = 60 * minute;

/** How long TikTok wants to be left alone after each of its "not now" (tiktok-api.md §6, §7). */
const waits: ReadonlyMap<string, number> = new Map([
  ['rate_limit_exceeded', minute],
  ['access_token_invalid', 1_000],
  ['spam_risk_too_many_pending_share', hour],
  ['spam_risk_too_many_posts', 24 * hour],
  ['reached_active_user_cap', 24 * hour],
]);

export const codeOf = (failure: TikTokFailure): Readonly<{ code: string | null; logId: string | null }> => {
  switch (failure.kind) {
    case 'TikTokRefused':
    case 'TikTokMisconfigured':
      return { code: failure.tiktok.code, logId: failure.tiktok.logId };
    case 'TikTokTransient':
      return { code: failure.tiktok?.code ?? null, logId: failure.tiktok?.logId ?? null };
    case 'TikTokUnclear':
      return { code: null, logId: failure.logId };
  }
};

/** What a failed start means for the publication: an end, a wait that TikTok asked for, another try, or doubt. */
export const openingOutcome = (failure: TikTokFailure, now: Instant): OpeningOutcome => {
  const { code } = codeOf(failure);
  const pause = code === null ? undefined : waits.get(code);
  if (code !== null && pause !== undefined) return { kind: 'wait', reason: code, notBefore: plusMillis(now, pause) };
  switch (failure.kind) {
    case 'TikTokRefused':
      return { kind: 'refused', reason: failure.tiktok.code, retryable: false };
    case 'TikTokMisconfigured':
    case 'TikTokTransient':
      return { kind: 'transient', reason: 'tiktok_unavailable' };
    case 'TikTokUnclear':
      return { kind: 'unclear' };
  }
};
