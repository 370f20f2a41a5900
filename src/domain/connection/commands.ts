import type { AttemptId, AuthorizationId, ClientKey, UserId, WebhookId } from '../values/ids.ts';
import type { Instant } from '../values/instant.ts';
import type { Scope } from '../values/scopes.ts';
import type { Sealed } from '../values/sealed.ts';
import type { DisconnectedBy, ErasureRequester, IgnoredBecause, ProfileField, ReauthorizationReason, RefreshFailureClass, SealedTokens } from './events.ts';

/** Tokens and profile are sealed under the data keys of `life`, the life that this connect begins or continues. */
export type Connect = Readonly<{
  type: 'Connect';
  life: number;
  userId: UserId;
  clientKey: ClientKey;
  authorizationId: AuthorizationId;
  profile: Sealed;
  tokens: SealedTokens;
  scopes: readonly Scope[];
  accessTokenExpiresAt: Instant;
  refreshTokenExpiresAt: Instant | null;
  at: Instant;
}>;

/** `changed` is what a comparison with the opened profile of the state showed. */
export type RecordProfile = Readonly<{
  type: 'RecordProfile';
  life: number;
  profile: Sealed;
  changed: readonly ProfileField[];
  at: Instant;
}>;

export type RecordScopes = Readonly<{ type: 'RecordScopes'; life: number; scopes: readonly Scope[]; at: Instant }>;

/** Ends `life` and no later one. `requester` is null where an operator or a service acts for any user. */
export type Disconnect = Readonly<{
  type: 'Disconnect';
  life: number;
  requester: UserId | null;
  by: DisconnectedBy;
  revokeConfirmed: boolean;
  at: Instant;
}>;

/**
 * Wants to call TikTok. Times are the database's, so that replicas agree on deadlines whatever their own clocks say.
 * `need`: `forced` refreshes a living token too, `validity` only one that lives shorter than asked; `refused` says that TikTok
 * takes the access token of this set no more, whatever its stated end.
 */
export type StartRefresh = Readonly<{
  type: 'StartRefresh';
  life: number;
  attemptId: AttemptId;
  need: Readonly<{ kind: 'forced' }> | Readonly<{ kind: 'validity'; millis: number }> | Readonly<{ kind: 'refused'; tokenSet: number }>;
  at: Instant;
}>;

export type RecordRefreshed = Readonly<{
  type: 'RecordRefreshed';
  life: number;
  attemptId: AttemptId;
  tokens: SealedTokens;
  scopes: readonly Scope[];
  accessTokenExpiresAt: Instant;
  refreshTokenExpiresAt: Instant | null;
  at: Instant;
}>;

/** `refused`: TikTok does not take the refresh token. */
export type RecordRefreshFailure = Readonly<{
  type: 'RecordRefreshFailure';
  life: number;
  attemptId: AttemptId;
  outcome: RefreshFailureClass | 'refused';
  code: string | null;
  logId: string | null;
  at: Instant;
}>;

/** Something other than a refresh showed that the person must consent again. */
export type RequireReauthorization = Readonly<{
  type: 'RequireReauthorization';
  life: number;
  reason: Exclude<ReauthorizationReason, 'refresh_rejected' | 'response_lost'>;
  at: Instant;
}>;

/** Which lives of a connection: every one, those of one owner, or those with these numbers. */
export type LivesChosen =
  | Readonly<{ kind: 'all' }>
  | Readonly<{ kind: 'owner'; userId: UserId }>
  | Readonly<{ kind: 'lives'; lives: readonly number[] }>;

/** `revokeConfirmed` is about the running life, where that is among the chosen ones. */
export type ErasePersonalData = Readonly<{
  type: 'ErasePersonalData';
  chosen: LivesChosen;
  requestedBy: ErasureRequester;
  revokeConfirmed: boolean;
  at: Instant;
}>;

/** TikTok's `authorization.removed` was looked into, and this life goes on. */
export type IgnoreRevocation = Readonly<{ type: 'IgnoreRevocation'; life: number; webhookId: WebhookId; why: IgnoredBecause; at: Instant }>;

export type ConnectionCommand =
  | Connect
  | StartRefresh
  | RecordRefreshed
  | RecordRefreshFailure
  | RequireReauthorization
  | RecordProfile
  | RecordScopes
  | Disconnect
  | IgnoreRevocation
  | ErasePersonalData;
