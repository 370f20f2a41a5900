import type { AuthorizationId, ClientKey, UserId } from '../values/ids.ts';
import type { Instant } from '../values/instant.ts';
import type { Scope } from '../values/scopes.ts';
import type { Sealed } from '../values/sealed.ts';

// Names and fields of these events are the storage format: they only ever grow.

export interface SealedTokens {
  readonly access: Sealed;
  readonly refresh: Sealed;
}

/** Fields of a TikTok profile, by TikTok's names. */
export type ProfileField =
  | 'open_id'
  | 'union_id'
  | 'display_name'
  | 'avatar_url'
  | 'avatar_url_100'
  | 'avatar_large_url'
  | 'bio_description'
  | 'profile_deep_link'
  | 'username';

/** A callback succeeded: a first connect, a re-consent by the same user, or a new life. */
export type Connected = Readonly<{
  type: 'Connected';
  data: Readonly<{
    life: number;
    userId: UserId;
    clientKey: ClientKey;
    authorizationId: AuthorizationId;
    /** When this life began; a re-consent keeps it. */
    connectedAt: Instant;
    profile: Sealed;
    tokens: SealedTokens;
    scopes: readonly Scope[];
    accessTokenExpiresAt: Instant;
    /** Null when TikTok did not say. */
    refreshTokenExpiresAt: Instant | null;
  }>;
}>;

export type ProfileChanged = Readonly<{
  type: 'ProfileChanged';
  data: Readonly<{ life: number; profile: Sealed; changed: readonly ProfileField[]; observedAt: Instant }>;
}>;

export type ScopesChanged = Readonly<{
  type: 'ScopesChanged';
  data: Readonly<{ life: number; scopes: readonly Scope[]; added: readonly Scope[]; removed: readonly Scope[]; observedAt: Instant }>;
}>;

export type DisconnectedBy =
  | Readonly<{ kind: 'user' }>
  | Readonly<{ kind: 'operator' }>
  /** `reason` is TikTok's code in `authorization.removed`. */
  | Readonly<{ kind: 'tiktok'; reason: number }>;

export type Disconnected = Readonly<{
  type: 'Disconnected';
  data: Readonly<{ life: number; by: DisconnectedBy; revokeConfirmed: boolean; disconnectedAt: Instant }>;
}>;

export type ConnectionEvent = Connected | ProfileChanged | ScopesChanged | Disconnected;
