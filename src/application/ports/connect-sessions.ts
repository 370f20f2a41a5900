import type { ResultAsync } from 'neverthrow';
import type { UserId } from '../../domain/values/ids.ts';
import type { Instant } from '../../domain/values/instant.ts';
import type { Scope } from '../../domain/values/scopes.ts';
import type { Unavailable } from '../failures.ts';

/** A one-use link by which a backend lets the named user connect an account. */
export type ConnectSession = Readonly<{
  tokenDigest: string;
  userId: UserId;
  returnTo: string | null;
  scopes: readonly Scope[] | null;
  addAccount: boolean;
  expiresAt: Instant;
}>;

export interface ConnectSessions {
  open(session: ConnectSession): ResultAsync<void, Unavailable>;
  /** The session of this token, at most once ever; null when unknown, expired or used. */
  redeem(tokenDigest: string): ResultAsync<ConnectSession | null, Unavailable>;
}
