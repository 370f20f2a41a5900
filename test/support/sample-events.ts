import { randomUUID } from 'node:crypto';
import { connectionStream } from '../../src/application/execution/streams.ts';
import type { StreamName } from '../../src/application/ports/event-names.ts';
import type { EventToAppend } from '../../src/application/ports/event-store.ts';
import type {
  Connected,
  Disconnected,
  PersonalDataErased,
  ProfileChanged,
  ReauthorizationRequired,
  RevocationIgnored,
  ScopesChanged,
  TokenRefreshFailed,
  TokenRefreshStarted,
  TokensRefreshed,
} from '../../src/domain/connection/events.ts';
import { attemptId, authorizationId, clientKey, commandId, connectionId, eventId, userId, webhookId } from '../../src/domain/values/ids.ts';
import { instant } from '../../src/domain/values/instant.ts';
import { scope } from '../../src/domain/values/scopes.ts';
import { sealed } from '../../src/domain/values/sealed.ts';

export const aMoment = instant(Date.UTC(2026, 0, 2, 3, 4, 5, 678));

export const connected = (changes: Partial<Connected['data']> = {}): Connected => ({
  type: 'Connected',
  data: {
    life: 1,
    userId: userId('user_1'),
    clientKey: clientKey('made-up-client-key'),
    authorizationId: authorizationId('3d0ee4d3-95e3-4f34-8ee1-1d1ec6de1f3f'),
    connectedAt: aMoment,
    profile: sealed('sealed profile'),
    tokens: { access: sealed('sealed access'), refresh: sealed('sealed refresh') },
    scopes: [scope('user.info.basic')],
    accessTokenExpiresAt: aMoment,
    refreshTokenExpiresAt: null,
    ...changes,
  },
});

export const refreshStarted = (changes: Partial<TokenRefreshStarted['data']> = {}): TokenRefreshStarted => ({
  type: 'TokenRefreshStarted',
  data: { life: 1, attemptId: attemptId('attempt 1'), probe: false, startedAt: aMoment, deadline: aMoment, ...changes },
});

export const tokensRefreshed = (changes: Partial<TokensRefreshed['data']> = {}): TokensRefreshed => ({
  type: 'TokensRefreshed',
  data: {
    life: 1,
    attemptId: attemptId('attempt 1'),
    tokens: { access: sealed('sealed access 2'), refresh: sealed('sealed refresh 2') },
    scopes: [scope('user.info.basic')],
    accessTokenExpiresAt: aMoment,
    refreshTokenExpiresAt: null,
    refreshedAt: aMoment,
    ...changes,
  },
});

export const refreshFailed = (changes: Partial<TokenRefreshFailed['data']> = {}): TokenRefreshFailed => ({
  type: 'TokenRefreshFailed',
  data: { life: 1, attemptId: attemptId('attempt 1'), class: 'transient', failures: 1, code: 'server_error', logId: null, failedAt: aMoment, ...changes },
});

export const reauthorizationRequired = (changes: Partial<ReauthorizationRequired['data']> = {}): ReauthorizationRequired => ({
  type: 'ReauthorizationRequired',
  data: { life: 1, attemptId: attemptId('attempt 1'), reason: 'refresh_rejected', code: 'invalid_grant', logId: null, requiredAt: aMoment, ...changes },
});

export const profileChanged = (profile = 'sealed profile 2'): ProfileChanged => ({
  type: 'ProfileChanged',
  data: { life: 1, profile: sealed(profile), changed: ['display_name'], observedAt: aMoment },
});

export const scopesChanged = (): ScopesChanged => ({
  type: 'ScopesChanged',
  data: { life: 1, scopes: [scope('user.info.basic')], added: [], removed: [scope('video.publish')], observedAt: aMoment },
});

export const disconnected = (changes: Partial<Disconnected['data']> = {}): Disconnected => ({
  type: 'Disconnected',
  data: { life: 1, by: { kind: 'user' }, revokeConfirmed: true, disconnectedAt: aMoment, ...changes },
});

export const personalDataErased = (changes: Partial<PersonalDataErased['data']> = {}): PersonalDataErased => ({
  type: 'PersonalDataErased',
  data: { lives: [1], requestedBy: { kind: 'operator' }, erasedAt: aMoment, ...changes },
});

export const revocationIgnored = (changes: Partial<RevocationIgnored['data']> = {}): RevocationIgnored => ({
  type: 'RevocationIgnored',
  data: { life: 1, webhookId: webhookId('webhook 1'), why: 'still_granted', ignoredAt: aMoment, ...changes },
});

/** An event with an id of its own, ready to be appended. */
export const toAppend = (event: EventToAppend['event'] = profileChanged(), id: string = randomUUID()): EventToAppend => ({
  id: eventId(id),
  event,
  occurredAt: aMoment,
  metadata: {
    actor: { kind: 'user', id: 'user_1' },
    commandId: commandId('b5a1f0a4-5a0e-4f55-9f0d-0a5a0f6b7c01'),
    causationId: null,
    correlationId: 'request-1',
    traceparent: null,
  },
});

export const several = (count: number): readonly EventToAppend[] => Array.from({ length: count }, () => toAppend());

export const newStream = (): StreamName => connectionStream(connectionId(randomUUID()));
