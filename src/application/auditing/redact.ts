import type { DomainEvent } from '../ports/event-store.ts';
import { publicationRedactors, shownRequest } from './redact-publication.ts';
import { sealedMark, type SealedMark, type Shown } from './shown-data.ts';

type EventType = DomainEvent['type'];
type DataOf<Type extends EventType> = Extract<DomainEvent, { readonly type: Type }>['data'];

type ShownByType = { readonly [Type in EventType]: Shown<DataOf<Type>> };
type Redactors = { readonly [Type in EventType]: (data: DataOf<Type>, mark: SealedMark) => ShownByType[Type] };

/** Field by field, never by copying: what a stored event has beyond its type stays hidden. */
const redactors: Redactors = {
  ...publicationRedactors,
  Connected: (data, mark) => ({
    life: data.life,
    user_id: data.userId,
    client_key: data.clientKey,
    authorization_id: data.authorizationId,
    connected_at: data.connectedAt,
    profile: mark,
    tokens: { access: mark, refresh: mark },
    scopes: data.scopes,
    access_token_expires_at: data.accessTokenExpiresAt,
    refresh_token_expires_at: data.refreshTokenExpiresAt,
  }),
  TokenRefreshStarted: (data) => ({
    life: data.life,
    attempt_id: data.attemptId,
    probe: data.probe,
    access_token_refused: data.accessTokenRefused === true,
    started_at: data.startedAt,
    deadline: data.deadline,
  }),
  TokensRefreshed: (data, mark) => ({
    life: data.life,
    attempt_id: data.attemptId,
    tokens: { access: mark, refresh: mark },
    scopes: data.scopes,
    access_token_expires_at: data.accessTokenExpiresAt,
    refresh_token_expires_at: data.refreshTokenExpiresAt,
    refreshed_at: data.refreshedAt,
  }),
  TokenRefreshFailed: (data) => ({
    life: data.life,
    attempt_id: data.attemptId,
    class: data.class,
    failures: data.failures,
    code: data.code,
    log_id: data.logId,
    failed_at: data.failedAt,
  }),
  ReauthorizationRequired: (data) => ({
    life: data.life,
    attempt_id: data.attemptId,
    reason: data.reason,
    code: data.code,
    log_id: data.logId,
    required_at: data.requiredAt,
  }),
  ProfileChanged: (data, mark) => ({
    life: data.life,
    profile: mark,
    changed: data.changed,
    observed_at: data.observedAt,
  }),
  ScopesChanged: (data) => ({
    life: data.life,
    scopes: data.scopes,
    added: data.added,
    removed: data.removed,
    observed_at: data.observedAt,
  }),
  PublishRequested: (data, mark) => ({
    life: data.life,
    publication_id: data.publicationId,
    user_id: data.userId,
    request: shownRequest(data.request, mark),
    requested_at: data.requestedAt,
  }),
  Disconnected: (data) => ({
    life: data.life,
    by: data.by.kind === 'tiktok' ? { kind: data.by.kind, reason: data.by.reason } : { kind: data.by.kind },
    revoke_confirmed: data.revokeConfirmed,
    disconnected_at: data.disconnectedAt,
  }),
  RevocationIgnored: (data) => ({
    life: data.life,
    webhook_id: data.webhookId,
    why: data.why,
    ignored_at: data.ignoredAt,
  }),
  PersonalDataErased: (data) => ({
    lives: data.lives,
    requested_by: data.requestedBy.kind === 'service' ? { kind: data.requestedBy.kind, key_id: data.requestedBy.keyId } : { kind: data.requestedBy.kind },
    erased_at: data.erasedAt,
  }),
};

export type ShownData = ShownByType[EventType];

/**
 * The data of an event as it may be shown to whoever may read the history.
 * @param mark stands for what is sealed: `erasedMark` in an event of a life that was erased
 */
export const redact = (event: DomainEvent, mark: SealedMark = sealedMark): ShownData => {
  const shown = <Type extends EventType>(type: Type, data: DataOf<Type>): ShownByType[Type] => redactors[type](data, mark);
  return shown(event.type, event.data);
};
