import { createRemoteJWKSet, customFetch, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { err, ok } from 'neverthrow';
import type { Secret } from '../../../domain/values/secret.ts';
import type { IdentityProviderAway, Unauthenticated } from '../problems/failures.ts';
import { acceptedAlgorithms } from './accepted-algorithms.ts';
import { readUserId } from './user-id.ts';
import type { UserTokenSettings, VerifyUserToken } from './user-token.ts';

const clockToleranceSeconds = 5;
const fetchLimitMillis = 5_000;
const keysAgeLimitMillis = 10 * 60_000;

const away: IdentityProviderAway = { kind: 'IdentityProviderAway' };

const refused = (reason: string): Unauthenticated => ({ kind: 'Unauthenticated', reason });

const failureOf = (error: unknown): Unauthenticated | IdentityProviderAway => {
  if (error instanceof errors.JWTExpired) return refused('The token has expired.');
  if (error instanceof errors.JWTClaimValidationFailed) return refused(`The token's claim "${error.claim}" does not fit.`);
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWSSignatureVerificationFailed) {
    return refused('The token is not signed by the identity provider.');
  }
  const ofTheToken =
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JOSEAlgNotAllowed ||
    error instanceof errors.JOSENotSupported ||
    error instanceof errors.JWKSMultipleMatchingKeys;
  return ofTheToken ? refused('The token is malformed or of a kind that is not accepted.') : away;
};

/** Verifies JWTs against the keys at `jwksUrl`: kept for ten minutes, fetched again for a key id they do not have. */
export const createUserTokenVerifier = (settings: UserTokenSettings): VerifyUserToken => {
  const keys: JWTVerifyGetKey = createRemoteJWKSet(settings.jwksUrl, {
    [customFetch]: (url, options) => settings.fetch(url, options),
    timeoutDuration: fetchLimitMillis,
    cacheMaxAge: keysAgeLimitMillis,
    cooldownDuration: settings.cooldownMillis ?? 30_000,
  });
  const claimsOf = async (token: Secret<string>, pastEndSeconds: number): Promise<JWTPayload> => {
    const verified = await jwtVerify(token.reveal(), keys, {
      algorithms: acceptedAlgorithms,
      requiredClaims: ['sub', 'exp'],
      clockTolerance: Math.max(clockToleranceSeconds, pastEndSeconds),
      ...(settings.issuer === null ? {} : { issuer: settings.issuer }),
      ...(settings.audience === null ? {} : { audience: settings.audience }),
    });
    return verified.payload;
  };
  return async (token, pastEndSeconds) => {
    try {
      const { sub } = await claimsOf(token, pastEndSeconds);
      const user = readUserId(sub);
      return user === null ? err(refused('The token\'s claim "sub" is no user id.')) : ok(user);
    } catch (error) {
      return err(failureOf(error));
    }
  };
};
