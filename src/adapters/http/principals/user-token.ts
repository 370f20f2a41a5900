import type { Result } from 'neverthrow';
import type { UserId } from '../../../domain/values/ids.ts';
import type { Secret } from '../../../domain/values/secret.ts';
import type { IdentityProviderAway, Unauthenticated } from '../problems/failures.ts';

/** Proves an end user by the token of the application's identity provider. */
export type VerifyUserToken = (
  token: Secret<string>,
  /** Accepts a token that ended less than so many seconds ago; 5 s are always allowed, for clocks that differ. */
  pastEndSeconds: number,
) => Promise<Result<UserId, Unauthenticated | IdentityProviderAway>>;

/** A `fetch` that only goes where we may go. */
export type GuardedFetch = (url: string, options: RequestInit) => Promise<Response>;

export type UserTokenSettings = Readonly<{
  jwksUrl: URL;
  /** Null accepts any. */
  issuer: string | null;
  /** Null accepts any. */
  audience: string | null;
  fetch: GuardedFetch;
  /** Between two fetches of the keys because of a key id that is not among them. 30 s unless told. */
  cooldownMillis?: number;
}>;
