import type { ConnectionId } from '../../domain/values/ids.ts';
import { millisOf, plusMillis, type Instant } from '../../domain/values/instant.ts';
import { isConnectionEvent } from '../execution/aggregate.ts';
import type { RecordedEvent } from '../ports/event-store.ts';
import type { WorkKind } from './work-kinds.ts';

/** `eager` keeps every access token warm; `lazy` refreshes on use, and before the refresh token itself ends. */
export type RefreshPolicy = 'eager' | 'lazy';

/** What is to be done for a connection, and from when. */
export type WorkItem = Readonly<{
  kind: WorkKind;
  /** One item per kind and subject: `<connectionId>:<life>`, `<connectionId>`, or the id of a publication. */
  subject: string;
  connectionId: ConnectionId;
  life: number;
  /** The revision this item follows from; a later one replaces it. */
  revision: number;
  dueAt: Instant;
}>;

export type WorkChange = Readonly<{ put: WorkItem }> | Readonly<{ remove: Readonly<{ kind: WorkKind; subject: string; revision: number }> }>;

const day = 24 * 3_600_000;
/** By then the publication's own stream has begun, unless the process ended in between. */
const acceptedWithinMillis = 5_000;

/** 0 to 1, the same for the same text: spreads connections over time without chance. */
export const spread = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return hash / 2 ** 32;
};

/** A point between two shares of a span of time. */
const within = (from: Instant, until: Instant, shares: readonly [number, number], place: number): Instant => {
  const span = Math.max(0, millisOf(until) - millisOf(from));
  return plusMillis(from, Math.round(span * (shares[0] + (shares[1] - shares[0]) * place)));
};

type Expiries = Readonly<{ accessTokenExpiresAt: Instant; refreshTokenExpiresAt: Instant | null }>;

/** Well before the end, so that an outage of hours costs no token; a refresh token of unknown age is tried within a day. */
const refreshDue = (policy: RefreshPolicy, at: Instant, { accessTokenExpiresAt, refreshTokenExpiresAt }: Expiries, place: number): Instant => {
  const firstEnd = refreshTokenExpiresAt !== null && refreshTokenExpiresAt < accessTokenExpiresAt ? refreshTokenExpiresAt : accessTokenExpiresAt;
  if (policy === 'eager') return within(at, firstEnd, [0.6, 0.85], place);
  return refreshTokenExpiresAt === null ? within(at, plusMillis(at, day), [0, 1], place) : within(at, refreshTokenExpiresAt, [0.8, 0.95], place);
};

/** The first look is anywhere in a day, so that who connected together is not asked together; then about once a day. */
const validateDue = (at: Instant, first: boolean, place: number): Instant => within(at, plusMillis(at, day), first ? [0.1, 1.1] : [0.95, 1.05], place);

const firstPauseMillis = 30_000;
const longestPauseMillis = 3_600_000;

/** Doubles up to an hour, spread over its second half, so that after an outage connections do not come all at once. */
const pauseAfter = (failures: number, place: number): number =>
  Math.min(longestPauseMillis, firstPauseMillis * 2 ** Math.min(failures - 1, 20)) * (0.5 + place / 2);

/** What one event changes in the work list. Pure, so that a rebuild restores the list. */
export const workChanges = (
  connectionId: ConnectionId,
  { event, revision, occurredAt }: Pick<RecordedEvent, 'event' | 'revision' | 'occurredAt'>,
  policy: RefreshPolicy,
): readonly WorkChange[] => {
  if (!isConnectionEvent(event)) return [];
  if (event.type === 'PersonalDataErased') {
    return event.data.lives.map((life) => ({
      put: { kind: 'destroy_keys', subject: `${connectionId}:${life}`, connectionId, life, revision, dueAt: occurredAt },
    }));
  }
  const { life } = event.data;
  const place = spread(`${connectionId}:${revision}`);
  const put = (kind: WorkKind, subject: string, dueAt: Instant): WorkChange => ({ put: { kind, subject, connectionId, life, revision, dueAt } });
  const remove = (kind: WorkKind): WorkChange => ({ remove: { kind, subject: connectionId, revision } });
  switch (event.type) {
    case 'Connected':
      return [put('refresh', connectionId, refreshDue(policy, occurredAt, event.data, place)), put('validate', connectionId, validateDue(occurredAt, true, place))];
    case 'TokensRefreshed':
      return [put('refresh', connectionId, refreshDue(policy, occurredAt, event.data, place))];
    case 'TokenRefreshStarted':
      return [put('refresh', connectionId, event.data.deadline)];
    case 'TokenRefreshFailed':
      return [put('refresh', connectionId, plusMillis(occurredAt, Math.round(pauseAfter(event.data.failures, place))))];
    case 'ReauthorizationRequired':
      return [remove('refresh')];
    case 'ProfileChanged':
    case 'ScopesChanged':
      return [put('validate', connectionId, validateDue(occurredAt, false, place))];
    case 'PublishRequested':
      return [put('accept_publication', event.data.publicationId, plusMillis(occurredAt, acceptedWithinMillis))];
    case 'RevocationIgnored':
      return [];
    case 'Disconnected':
      return [
        remove('refresh'),
        remove('validate'),
        put('destroy_keys', `${connectionId}:${life}`, occurredAt),
        put('end_publications', `${connectionId}:${life}`, occurredAt),
      ];
  }
};
