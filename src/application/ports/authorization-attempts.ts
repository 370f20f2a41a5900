import type { ResultAsync } from 'neverthrow';
import type { AuthorizationId, UserId } from '../../domain/values/ids.ts';
import type { Instant } from '../../domain/values/instant.ts';
import type { Unavailable } from '../failures.ts';

/** One run through TikTok's authorize page. Secrets stand here only as digests. */
export type AuthorizationAttempt = Readonly<{
  id: AuthorizationId;
  stateDigest: string;
  cookieDigest: string;
  userId: UserId;
  returnTo: string;
  /** Begun by a connect link: the flow cookie alone proves the browser. */
  viaConnectLink: boolean;
  expiresAt: Instant;
}>;

export interface AuthorizationAttempts {
  open(attempt: AuthorizationAttempt): ResultAsync<void, Unavailable>;
  /** The attempt of this state, at most once ever; null when unknown, expired or consumed before. */
  consume(stateDigest: string): ResultAsync<AuthorizationAttempt | null, Unavailable>;
}
