import type { AuthorizationId, ClientKey, UserId } from '../values/ids.ts';
import type { Instant } from '../values/instant.ts';
import type { Scope } from '../values/scopes.ts';
import type { Sealed } from '../values/sealed.ts';
import type { ConnectionEvent, Connected, DisconnectedBy, SealedTokens } from './events.ts';

export type NeverConnected = Readonly<{ status: 'none' }>;

export type Active = Readonly<{
  status: 'active';
  life: number;
  userId: UserId;
  clientKey: ClientKey;
  authorizationId: AuthorizationId;
  connectedAt: Instant;
  profile: Sealed;
  tokens: SealedTokens;
  scopes: readonly Scope[];
  accessTokenExpiresAt: Instant;
  refreshTokenExpiresAt: Instant | null;
}>;

/** What remains after a life has ended. Its tokens are gone for good; its profile is sealed under a key that may go. */
export type Ended = Readonly<{
  status: 'disconnected';
  life: number;
  userId: UserId;
  clientKey: ClientKey;
  connectedAt: Instant;
  profile: Sealed;
  scopes: readonly Scope[];
  by: DisconnectedBy;
  disconnectedAt: Instant;
}>;

export type ConnectionState = NeverConnected | Active | Ended;

export const initial: ConnectionState = { status: 'none' };

/** The life that a connect decided on this state would belong to. */
export const lifeOfNextConnect = (state: ConnectionState): number => {
  switch (state.status) {
    case 'none':
      return 1;
    case 'active':
      return state.life;
    case 'disconnected':
      return state.life + 1;
  }
};

const connected = (event: Connected): Active => ({ status: 'active', ...event.data });

/** Total: an event that does not fit the state (which our own history never holds) leaves it as it is. */
export const evolve = (state: ConnectionState, event: ConnectionEvent): ConnectionState => {
  switch (event.type) {
    case 'Connected':
      return connected(event);
    case 'ProfileChanged':
      return state.status === 'active' ? { ...state, profile: event.data.profile } : state;
    case 'ScopesChanged':
      return state.status === 'active' ? { ...state, scopes: event.data.scopes } : state;
    case 'Disconnected': {
      if (state.status !== 'active') return state;
      const { life, userId, clientKey, connectedAt, profile, scopes } = state;
      const { by, disconnectedAt } = event.data;
      return { status: 'disconnected', life, userId, clientKey, connectedAt, profile, scopes, by, disconnectedAt };
    }
  }
};
