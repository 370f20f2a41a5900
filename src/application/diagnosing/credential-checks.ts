import type { Result } from 'neverthrow';
import type { TikTokFailure } from '../ports/tiktok.ts';
import { failure, fine, warning, type Finding } from './check.ts';

/** Asks TikTok for a token of the application itself, which gives access to nobody's account and is thrown away. */
export type TryCredentials = () => PromiseLike<Result<void, TikTokFailure>>;

export const credentialsFinding = (answer: Result<void, TikTokFailure>): Finding => {
  if (answer.isOk()) return fine('TikTok knows the client key and its secret.');
  const { error } = answer;
  switch (error.kind) {
    case 'TikTokMisconfigured':
      return failure(
        `TikTok refuses TIKTOK_CLIENT_KEY or TIKTOK_CLIENT_SECRET (${error.tiktok.code}): no code is exchanged and no token refreshed.`,
        'Copy both from the same page of the TikTok developer portal: sandbox and production have pairs of their own, and a renewed secret replaces the old one.',
      );
    case 'TikTokRefused':
      return warning(`TikTok gave no token to the application (${error.tiktok.code}), which does not tell whether its secret is right.`, 'See whether a connect ends in token_exchange_failed, and what `security-log` says of it.');
    case 'TikTokTransient':
    case 'TikTokUnclear':
      return warning(`Whether TikTok knows the client key and its secret could not be asked: ${error.reason}.`, 'See what the check tiktok says, and run this again.');
  }
};
