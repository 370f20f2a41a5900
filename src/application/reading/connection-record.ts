import type { ClientKey, ConnectionId, UserId } from '../../domain/values/ids.ts';
import type { Instant } from '../../domain/values/instant.ts';
import type { Scope } from '../../domain/values/scopes.ts';
import type { Sealed } from '../../domain/values/sealed.ts';
import type { Connected, SealedTokens } from '../../domain/connection/events.ts';
import { isConnectionEvent } from '../execution/aggregate.ts';
import type { RecordedEvent } from '../ports/event-store.ts';
import type { ConnectionStatus } from './connection-view.ts';

/** The newest life of a connection that belongs to one user, still sealed. */
export type OwnedLife = Readonly<{
  userId: UserId;
  life: number;
  status: ConnectionStatus;
  clientKey: ClientKey;
  profile: Sealed;
  /** Its profile is shown to nobody any more, whether or not its key is gone already. */
  erased: boolean;
  /** Null once the life has ended: its keys go. */
  tokens: SealedTokens | null;
  scopes: readonly Scope[];
  accessTokenExpiresAt: Instant | null;
  refreshTokenExpiresAt: Instant | null;
  reauthorizationReason: string | null;
  connectedAt: Instant;
  /** When this user connected the account for the first time; orders the user's list. */
  firstConnectedAt: Instant;
  updatedAt: Instant;
  /** The connection's revision after the last event of this life. */
  revision: number;
}>;

/** A connection as its readers need it: one entry per user who ever owned it, the current owner last. */
export type ConnectionRecord = Readonly<{
  id: ConnectionId;
  /** When anyone connected the account for the first time; orders the list of services. */
  firstConnectedAt: Instant;
  owners: readonly OwnedLife[];
}>;

export const currentLife = (record: ConnectionRecord): OwnedLife | undefined => record.owners.at(-1);

const connectedLife = (data: Connected['data'], before: OwnedLife | undefined, at: Instant, revision: number): OwnedLife => ({
  userId: data.userId,
  life: data.life,
  status: 'active',
  clientKey: data.clientKey,
  profile: data.profile,
  erased: before?.life === data.life && before.erased,
  tokens: data.tokens,
  scopes: data.scopes,
  accessTokenExpiresAt: data.accessTokenExpiresAt,
  refreshTokenExpiresAt: data.refreshTokenExpiresAt,
  reauthorizationReason: null,
  connectedAt: data.connectedAt,
  firstConnectedAt: before?.firstConnectedAt ?? data.connectedAt,
  updatedAt: at,
  revision,
});

/**
 * Folds one event into the record; null before the first event. Total and pure: the projection, the replay at a
 * moment and the verification all use this one function.
 */
export const evolveRecord = (
  record: ConnectionRecord | null,
  id: ConnectionId,
  { event, occurredAt, revision }: Pick<RecordedEvent, 'event' | 'occurredAt' | 'revision'>,
): ConnectionRecord | null => {
  if (!isConnectionEvent(event)) return record;
  if (event.type === 'Connected') {
    const before = record?.owners.find((owner) => owner.userId === event.data.userId);
    const others = record?.owners.filter((owner) => owner !== before) ?? [];
    const firstConnectedAt = record?.firstConnectedAt ?? event.data.connectedAt;
    return { id, firstConnectedAt, owners: [...others, connectedLife(event.data, before, occurredAt, revision)] };
  }
  const current = record === null ? undefined : currentLife(record);
  if (record === null || current === undefined) return record;
  if (event.type === 'PersonalDataErased') {
    const { lives } = event.data;
    const marked = (owner: OwnedLife): OwnedLife => ({ ...owner, erased: true, updatedAt: occurredAt, revision });
    const owners = record.owners.map((owner) => (lives.includes(owner.life) ? marked(owner) : owner));
    return { ...record, owners: owners.map((owner, index) => (index === owners.length - 1 ? { ...owner, updatedAt: occurredAt, revision } : owner)) };
  }
  const touched = { ...current, updatedAt: occurredAt, revision };
  const replaceCurrent = (life: OwnedLife): ConnectionRecord => ({ ...record, owners: [...record.owners.slice(0, -1), life] });
  switch (event.type) {
    case 'TokenRefreshStarted':
      return replaceCurrent(event.data.accessTokenRefused === true ? { ...touched, accessTokenExpiresAt: event.data.startedAt } : touched);
    case 'TokenRefreshFailed':
    case 'RevocationIgnored':
    case 'PublishRequested':
      return replaceCurrent(touched);
    case 'TokensRefreshed': {
      const { tokens, scopes, accessTokenExpiresAt, refreshTokenExpiresAt } = event.data;
      const healed = { ...touched, status: 'active', reauthorizationReason: null } as const;
      return replaceCurrent({ ...healed, tokens, scopes, accessTokenExpiresAt, refreshTokenExpiresAt });
    }
    case 'ReauthorizationRequired':
      return replaceCurrent({ ...touched, status: 'reauthorization_required', reauthorizationReason: event.data.reason });
    case 'ProfileChanged':
      return replaceCurrent({ ...touched, profile: event.data.profile });
    case 'ScopesChanged':
      return replaceCurrent({ ...touched, scopes: event.data.scopes });
    case 'Disconnected':
      return replaceCurrent({
        ...touched,
        status: 'disconnected',
        tokens: null,
        accessTokenExpiresAt: null,
        refreshTokenExpiresAt: null,
        reauthorizationReason: null,
      });
  }
};
