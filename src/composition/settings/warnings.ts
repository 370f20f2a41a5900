import type { Settings } from './read-settings.ts';

/** What may be meant, but surprises those who did not mean it. One sentence each. */
export const warningsOf = ({ production, identity, rateLimit, trustProxy, tiktok, publicUrl }: Settings): readonly string[] => {
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
  if (production && trustProxy === true) {
    warnings.push('TRUST_PROXY is true: whoever reaches this port can claim any address; name the proxies instead.');
  }
  if (!tiktok.scopes.some((scope) => scope === 'user.info.basic')) {
    warnings.push('TIKTOK_SCOPES lacks user.info.basic: a connect without it ends in missing_scopes.');
  }
  if (new URL(tiktok.redirectUri).hostname !== new URL(publicUrl).hostname) {
    warnings.push('TIKTOK_REDIRECT_URI has another host than PUBLIC_URL: the cookie of a connect does not come back with the callback, which ends in invalid_state.');
  }
  return warnings;
};
