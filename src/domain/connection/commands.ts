import type { AuthorizationId, ClientKey, UserId } from '../values/ids.ts';
import type { Instant } from '../values/instant.ts';
import type { Scope } from '../values/scopes.ts';
import type { Sealed } from '../values/sealed.ts';
import type { DisconnectedBy, ProfileField, SealedTokens } from './events.ts';

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

export type ConnectionCommand = Connect | RecordProfile | RecordScopes | Disconnect;
