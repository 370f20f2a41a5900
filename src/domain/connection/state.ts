import type { AttemptId, AuthorizationId, ClientKey, PublicationId, UserId, WebhookId } from '../values/ids.ts';
import type { Instant } from '../values/instant.ts';
import type { Scope } from '../values/scopes.ts';
import type { Sealed } from '../values/sealed.ts';
import type {
  Connected,
  ConnectionEvent,
  DisconnectedBy,
  PersonalDataErased,
  ReauthorizationReason,
  SealedTokens,
  TokenRefreshFailed,
  TokenRefreshStarted,
  TokensRefreshed,
} from './events.ts';

/** An attempt whose answer, should it still come, would be the newest. */
export type Attempt = Readonly<{
  id: AttemptId;
  probe: boolean;
  deadline: Instant;
  /** Which set of tokens it presented; a refusal says something about that set alone. */
  tokenSet: number;
}>;

export type Refreshing = Readonly<{
  /** Counts the sets of tokens of this life. */
  tokenSet: number;
  /** When they were issued; not later than that where a re-consent brought them. */
  issuedAt: Instant;
  /** The attempt that brought the tokens; null when a consent did. */
  broughtBy: AttemptId | null;
  /** Attempts begun since then, oldest first. */
  attempts: readonly Attempt[];
  /** The one that has no end yet; past its deadline it is in doubt. */
  open: AttemptId | null;
  /** An ended or abandoned attempt may have spent the refresh token. */
  doubtful: boolean;
  /** In a row. */
  failures: number;
  lastFailedAt: Instant | null;
}>;

/** A life that has begun, and whose it is for ever. */
export type PastLife = Readonly<{ life: number; userId: UserId; erased: boolean }>;

type Life = Readonly<{
  life: number;
  /** Every one so far, this one last. */
  lives: readonly PastLife[];
  userId: UserId;
  clientKey: ClientKey;
  authorizationId: AuthorizationId;
  connectedAt: Instant;
  profile: Sealed;
  tokens: SealedTokens;
  scopes: readonly Scope[];
  accessTokenExpiresAt: Instant;
  refreshTokenExpiresAt: Instant | null;
  refreshing: Refreshing;
  /** The newest webhooks that were looked into in this life and changed nothing. */
  ignoredRevocations: readonly WebhookId[];
  /** The newest requests to publish; older ones have long begun their own streams. */
  publishRequests: readonly PublicationId[];
}>;

export type NeverConnected = Readonly<{ status: 'none' }>;
export type Active = Life & Readonly<{ status: 'active' }>;
export type AwaitingConsent = Life & Readonly<{ status: 'reauthorization_required'; reason: ReauthorizationReason }>;

/** What remains after a life has ended. Its tokens are gone for good; its profile is sealed under a key that may go. */
export type Ended = Readonly<{
  status: 'disconnected';
  life: number;
  lives: readonly PastLife[];
  userId: UserId;
  clientKey: ClientKey;
  connectedAt: Instant;
  profile: Sealed;
  scopes: readonly Scope[];
  by: DisconnectedBy;
  disconnectedAt: Instant;
}>;

export type Living = Active | AwaitingConsent;
export type ConnectionState = NeverConnected | Living | Ended;

export const initial: ConnectionState = { status: 'none' };

/** The life that a connect decided on this state would belong to. */
export const lifeOfNextConnect = (state: ConnectionState): number => {
  switch (state.status) {
    case 'none':
      return 1;
    case 'active':
    case 'reauthorization_required':
      return state.life;
    case 'disconnected':
      return state.life + 1;
  }
};

const freshSet = (tokenSet: number, issuedAt: Instant, broughtBy: AttemptId | null): Refreshing => ({
  tokenSet,
  issuedAt,
  broughtBy,
  attempts: [],
  open: null,
  doubtful: false,
  failures: 0,
  lastFailedAt: null,
});

/** One entry for each life: a re-consent changes none. */
const livesAfter = (state: ConnectionState, { life, userId }: Connected['data']): readonly PastLife[] => {
  const before = state.status === 'none' ? [] : state.lives;
  return before.some((past) => past.life === life) ? before : [...before, { life, userId, erased: false }];
};

const connected = (state: ConnectionState, { data }: Connected): Active => {
  const running = state.status === 'active' || state.status === 'reauthorization_required' ? state : null;
  const refreshing = freshSet((running?.refreshing.tokenSet ?? 0) + 1, data.connectedAt, null);
  return {
    status: 'active',
    ...data,
    lives: livesAfter(state, data),
    refreshing,
    ignoredRevocations: running?.ignoredRevocations ?? [],
    publishRequests: running?.publishRequests ?? [],
  };
};

/** A webhook that is worked on twice is so within minutes; older ones are forgotten. */
const rememberedRevocations = 500;
/** Between a request and the beginning of its publication's stream lie seconds. */
const rememberedRequests = 50;

const started = (refreshing: Refreshing, { data }: TokenRefreshStarted): Refreshing => ({
  ...refreshing,
  attempts: [...refreshing.attempts, { id: data.attemptId, probe: data.probe, deadline: data.deadline, tokenSet: refreshing.tokenSet }],
  open: data.attemptId,
  doubtful: refreshing.doubtful || refreshing.attempts.some(({ id, tokenSet }) => id === refreshing.open && tokenSet === refreshing.tokenSet),
});

/** Attempts begun after the one that answered may still bring something newer. */
const refreshed = (refreshing: Refreshing, { data }: TokensRefreshed): Refreshing => {
  const place = refreshing.attempts.findIndex(({ id }) => id === data.attemptId);
  const attempts = refreshing.attempts.slice(place + 1);
  const open = attempts.some(({ id }) => id === refreshing.open) ? refreshing.open : null;
  return { ...freshSet(refreshing.tokenSet + 1, data.refreshedAt, data.attemptId), attempts, open };
};

const ended = (refreshing: Refreshing, attempt: AttemptId | null): Refreshing => ({
  ...refreshing,
  open: refreshing.open === attempt ? null : refreshing.open,
});

const failed = (refreshing: Refreshing, { data }: TokenRefreshFailed): Refreshing => ({
  ...ended(refreshing, data.attemptId),
  attempts: refreshing.attempts.filter(({ id }) => id !== data.attemptId),
  doubtful: refreshing.doubtful || data.class === 'unknown_outcome',
  failures: data.failures,
  lastFailedAt: data.failedAt,
});

const endOf = (state: Living, by: DisconnectedBy, disconnectedAt: Instant): Ended => {
  const { life, lives, userId, clientKey, connectedAt, profile, scopes } = state;
  return { status: 'disconnected', life, lives, userId, clientKey, connectedAt, profile, scopes, by, disconnectedAt };
};

const erased = <State extends Living | Ended>(state: State, { data }: PersonalDataErased): State => ({
  ...state,
  lives: state.lives.map((past) => (data.lives.includes(past.life) ? { ...past, erased: true } : past)),
});

const active = (state: Living): Active => {
  if (state.status === 'active') return state;
  const { reason: _, ...life } = state;
  return { ...life, status: 'active' };
};

/** Total: an event that does not fit the state (which our own history never holds) leaves it as it is. */
export const evolve = (state: ConnectionState, event: ConnectionEvent): ConnectionState => {
  if (event.type === 'Connected') return connected(state, event);
  if (state.status === 'none') return state;
  if (event.type === 'PersonalDataErased') return erased(state, event);
  if (state.status === 'disconnected') return state;
  switch (event.type) {
    case 'TokenRefreshStarted': {
      const accessTokenExpiresAt = event.data.accessTokenRefused === true ? event.data.startedAt : state.accessTokenExpiresAt;
      return { ...state, accessTokenExpiresAt, refreshing: started(state.refreshing, event) };
    }
    case 'TokensRefreshed': {
      const { tokens, scopes, accessTokenExpiresAt, refreshTokenExpiresAt } = event.data;
      const refreshing = refreshed(state.refreshing, event);
      return { ...active(state), tokens, scopes, accessTokenExpiresAt, refreshTokenExpiresAt, refreshing };
    }
    case 'TokenRefreshFailed':
      return { ...state, refreshing: failed(state.refreshing, event) };
    case 'ReauthorizationRequired': {
      const { reason, attemptId } = event.data;
      return { ...state, status: 'reauthorization_required', reason, refreshing: ended(state.refreshing, attemptId) };
    }
    case 'ProfileChanged':
      return { ...state, profile: event.data.profile };
    case 'ScopesChanged':
      return { ...state, scopes: event.data.scopes };
    case 'RevocationIgnored':
      return { ...state, ignoredRevocations: [...state.ignoredRevocations, event.data.webhookId].slice(-rememberedRevocations) };
    case 'PublishRequested':
      return { ...state, publishRequests: [...state.publishRequests, event.data.publicationId].slice(-rememberedRequests) };
    case 'Disconnected':
      return endOf(state, event.data.by, event.data.disconnectedAt);
  }
};
