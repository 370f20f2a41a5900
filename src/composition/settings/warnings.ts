import type { Settings } from './read-settings.ts';

/** What may be meant, but surprises those who did not mean it. One sentence each. */
export const warningsOf = ({ production, identity }: Settings): readonly string[] => {
  if (production && identity === null) {
    return ['AUTH_JWKS_URL is not set: no end user can sign in, only API keys and connect links work.'];
  }
  if (identity !== null && identity.audience === null) {
    return ['AUTH_AUDIENCE is not set: a token that the identity provider made for another application is accepted too.'];
  }
  return [];
};
