import type { DomainEvent } from '../ports/event-store.ts';
import { sealedMark, type SealedMark, type Shown } from './shown-data.ts';

type EventType = DomainEvent['type'];
type DataOf<Type extends EventType> = Extract<DomainEvent, { readonly type: Type }>['data'];

type Redactors = { readonly [Type in EventType]: (data: DataOf<Type>, mark: SealedMark) => Shown<DataOf<Type>> };

/** Field by field, never by copying: what a stored event has beyond its type stays hidden. */
const redactors: Redactors = {
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

export type ShownData = { readonly [Type in EventType]: Shown<DataOf<Type>> }[EventType];

/**
 * The data of an event as it may be shown to whoever may read the history.
 * @param mark stands for what is sealed: `erasedMark` in an event of a life that was erased
 */
export const redact = (event: DomainEvent, mark: SealedMark = sealedMark): ShownData => {
  switch (event.type) {
    case 'Connected':
      return redactors.Connected(event.data, mark);
    case 'TokenRefreshStarted':
      return redactors.TokenRefreshStarted(event.data, mark);
    case 'TokensRefreshed':
      return redactors.TokensRefreshed(event.data, mark);
    case 'TokenRefreshFailed':
      return redactors.TokenRefreshFailed(event.data, mark);
    case 'ReauthorizationRequired':
      return redactors.ReauthorizationRequired(event.data, mark);
    case 'ProfileChanged':
      return redactors.ProfileChanged(event.data, mark);
    case 'ScopesChanged':
      return redactors.ScopesChanged(event.data, mark);
    case 'Disconnected':
      return redactors.Disconnected(event.data, mark);
    case 'RevocationIgnored':
      return redactors.RevocationIgnored(event.data, mark);
    case 'PersonalDataErased':
      return redactors.PersonalDataErased(event.data, mark);
  }
};
