import type { PublishRequest } from '../publication/request.ts';
import type { AttemptId, AuthorizationId, ClientKey, PublicationId, UserId, WebhookId } from '../values/ids.ts';
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

/** Written before TikTok is called: whoever writes it is the only one to call until `deadline` (the database's clock). */
export type TokenRefreshStarted = Readonly<{
  type: 'TokenRefreshStarted';
  data: Readonly<{
    life: number;
    attemptId: AttemptId;
    /** An earlier attempt's answer may be lost, and with it the refresh token: TikTok is asked whether the old one still works. */
    probe: boolean;
    /** TikTok has refused the access token before its stated end: it ends here. Only there when so. */
    accessTokenRefused?: true;
    startedAt: Instant;
    deadline: Instant;
  }>;
}>;

export type TokensRefreshed = Readonly<{
  type: 'TokensRefreshed';
  data: Readonly<{
    life: number;
    attemptId: AttemptId;
    tokens: SealedTokens;
    scopes: readonly Scope[];
    accessTokenExpiresAt: Instant;
    refreshTokenExpiresAt: Instant | null;
    refreshedAt: Instant;
  }>;
}>;

/** `transient` and `configuration`: TikTok did nothing. `unknown_outcome`: it may have spent the refresh token. */
export type RefreshFailureClass = 'transient' | 'unknown_outcome' | 'configuration';

export type TokenRefreshFailed = Readonly<{
  type: 'TokenRefreshFailed';
  data: Readonly<{
    life: number;
    attemptId: AttemptId;
    class: RefreshFailureClass;
    /** In a row, this one included. */
    failures: number;
    /** TikTok's, or ours where it said nothing. */
    code: string | null;
    logId: string | null;
    failedAt: Instant;
  }>;
}>;

export const reauthorizationReasons = ['refresh_rejected', 'response_lost', 'refresh_token_expired', 'scope_lost', 'key_lost'] as const;
export type ReauthorizationReason = (typeof reauthorizationReasons)[number];

/** The person must consent again; until then there is no token. */
export type ReauthorizationRequired = Readonly<{
  type: 'ReauthorizationRequired';
  data: Readonly<{
    life: number;
    /** The refresh that TikTok refused, where one was. */
    attemptId: AttemptId | null;
    reason: ReauthorizationReason;
    code: string | null;
    logId: string | null;
    requiredAt: Instant;
  }>;
}>;

/** `service` is an application's backend, by the id of its API key. */
export type ErasureRequester = Readonly<{ kind: 'operator' }> | Readonly<{ kind: 'service'; keyId: string }>;

/** Fences these lives: nothing of them is sealed or shown any more, and all their keys are to be destroyed. */
export type PersonalDataErased = Readonly<{
  type: 'PersonalDataErased';
  data: Readonly<{ lives: readonly number[]; requestedBy: ErasureRequester; erasedAt: Instant }>;
}>;

/**
 * Why an `authorization.removed` changed nothing: it is older than this life; TikTok still takes a fresh token; or there is
 * no token left to ask with.
 */
export const ignoredBecause = ['older_life', 'still_granted', 'not_confirmable'] as const;
export type IgnoredBecause = (typeof ignoredBecause)[number];

export type RevocationIgnored = Readonly<{
  type: 'RevocationIgnored';
  data: Readonly<{ life: number; webhookId: WebhookId; why: IgnoredBecause; ignoredAt: Instant }>;
}>;

/** A publish was accepted for this life; the publication's own stream begins with the same request. */
export type PublishRequested = Readonly<{
  type: 'PublishRequested';
  data: Readonly<{ life: number; publicationId: PublicationId; userId: UserId; request: PublishRequest; requestedAt: Instant }>;
}>;

export type ConnectionEvent =
  | Connected
  | TokenRefreshStarted
  | TokensRefreshed
  | TokenRefreshFailed
  | ReauthorizationRequired
  | ProfileChanged
  | ScopesChanged
  | PublishRequested
  | Disconnected
  | RevocationIgnored
  | PersonalDataErased;
