import type { Settings } from './read-settings.ts';

/** What may be meant, but surprises those who did not mean it. One sentence each. */
export const warningsOf = ({ production, identity, rateLimit }: Settings): readonly string[] => {
  const warnings: string[] = [];
  if (production && identity === null) {
    warnings.push('AUTH_JWKS_URL is not set: no end user can sign in, only API keys and connect links work.');
  }
  if (identity !== null && identity.audience === null) {
    warnings.push('AUTH_AUDIENCE is not set: a token that the identity provider made for another application is accepted too.');
  }
  if (production && rateLimit === null) {
    warnings.push('RATE_LIMIT is off: one caller can keep the service busy for all others, and API keys can be guessed at without a pause.');
  }
  return warnings;
};
