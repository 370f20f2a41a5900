import { z } from 'zod';
import {
  ignoredBecause,
  reauthorizationReasons,
  type Connected,
  type ConnectionEvent,
  type Disconnected,
  type PersonalDataErased,
  type ProfileChanged,
  type PublishRequested,
  type ReauthorizationRequired,
  type RevocationIgnored,
  type ScopesChanged,
  type TokenRefreshFailed,
  type TokenRefreshStarted,
  type TokensRefreshed,
} from '../../../domain/connection/events.ts';
import { eventFormat, type EventFormat } from './event-format.ts';
import { storedPublishRequest } from './publish-request-schema.ts';
import {
  storedAttemptId,
  storedAuthorizationId,
  storedClientKey,
  storedInstant,
  storedLife,
  storedPublicationId,
  storedScopes,
  storedSealed,
  storedUserId,
  storedWebhookId,
} from './value-schemas.ts';

const connected: z.ZodType<Connected['data']> = z.object({
  life: storedLife,
  userId: storedUserId,
  clientKey: storedClientKey,
  authorizationId: storedAuthorizationId,
  connectedAt: storedInstant,
  profile: storedSealed,
  tokens: z.object({ access: storedSealed, refresh: storedSealed }),
  scopes: storedScopes,
  accessTokenExpiresAt: storedInstant,
  refreshTokenExpiresAt: storedInstant.nullable(),
});

const tokenRefreshStarted: z.ZodType<TokenRefreshStarted['data']> = z.object({
  life: storedLife,
  attemptId: storedAttemptId,
  probe: z.boolean(),
  accessTokenRefused: z.literal(true).exactOptional(),
  startedAt: storedInstant,
  deadline: storedInstant,
});

const tokensRefreshed: z.ZodType<TokensRefreshed['data']> = z.object({
  life: storedLife,
  attemptId: storedAttemptId,
  tokens: z.object({ access: storedSealed, refresh: storedSealed }),
  scopes: storedScopes,
  accessTokenExpiresAt: storedInstant,
  refreshTokenExpiresAt: storedInstant.nullable(),
  refreshedAt: storedInstant,
});

const tokenRefreshFailed: z.ZodType<TokenRefreshFailed['data']> = z.object({
  life: storedLife,
  attemptId: storedAttemptId,
  class: z.enum(['transient', 'unknown_outcome', 'configuration']),
  failures: z.int().positive(),
  code: z.string().nullable(),
  logId: z.string().nullable(),
  failedAt: storedInstant,
});

const reauthorizationRequired: z.ZodType<ReauthorizationRequired['data']> = z.object({
  life: storedLife,
  attemptId: storedAttemptId.nullable(),
  reason: z.enum(reauthorizationReasons),
  code: z.string().nullable(),
  logId: z.string().nullable(),
  requiredAt: storedInstant,
});

const profileFields = [
  'open_id',
  'union_id',
  'display_name',
  'avatar_url',
  'avatar_url_100',
  'avatar_large_url',
  'bio_description',
  'profile_deep_link',
  'username',
] as const;

const profileChanged: z.ZodType<ProfileChanged['data']> = z.object({
  life: storedLife,
  profile: storedSealed,
  changed: z.array(z.enum(profileFields)),
  observedAt: storedInstant,
});

const scopesChanged: z.ZodType<ScopesChanged['data']> = z.object({
  life: storedLife,
  scopes: storedScopes,
  added: storedScopes,
  removed: storedScopes,
  observedAt: storedInstant,
});

const publishRequested: z.ZodType<PublishRequested['data']> = z.object({
  life: storedLife,
  publicationId: storedPublicationId,
  userId: storedUserId,
  request: storedPublishRequest,
  requestedAt: storedInstant,
});

const disconnected: z.ZodType<Disconnected['data']> = z.object({
  life: storedLife,
  by: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('user') }),
    z.object({ kind: z.literal('operator') }),
    z.object({ kind: z.literal('tiktok'), reason: z.int() }),
  ]),
  revokeConfirmed: z.boolean(),
  disconnectedAt: storedInstant,
});

const revocationIgnored: z.ZodType<RevocationIgnored['data']> = z.object({
  life: storedLife,
  webhookId: storedWebhookId,
  why: z.enum(ignoredBecause),
  ignoredAt: storedInstant,
});

const personalDataErased: z.ZodType<PersonalDataErased['data']> = z.object({
  lives: z.array(storedLife).min(1),
  requestedBy: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('operator') }),
    z.object({ kind: z.literal('service'), keyId: z.string() }),
  ]),
  erasedAt: storedInstant,
});

export const connectionEventFormats: Readonly<Record<ConnectionEvent['type'], EventFormat>> = {
  Connected: eventFormat(1, connected, (data) => ({ type: 'Connected', data })),
  TokenRefreshStarted: eventFormat(1, tokenRefreshStarted, (data) => ({ type: 'TokenRefreshStarted', data })),
  TokensRefreshed: eventFormat(1, tokensRefreshed, (data) => ({ type: 'TokensRefreshed', data })),
  TokenRefreshFailed: eventFormat(1, tokenRefreshFailed, (data) => ({ type: 'TokenRefreshFailed', data })),
  ReauthorizationRequired: eventFormat(1, reauthorizationRequired, (data) => ({ type: 'ReauthorizationRequired', data })),
  ProfileChanged: eventFormat(1, profileChanged, (data) => ({ type: 'ProfileChanged', data })),
  ScopesChanged: eventFormat(1, scopesChanged, (data) => ({ type: 'ScopesChanged', data })),
  PublishRequested: eventFormat(1, publishRequested, (data) => ({ type: 'PublishRequested', data })),
  Disconnected: eventFormat(1, disconnected, (data) => ({ type: 'Disconnected', data })),
  RevocationIgnored: eventFormat(1, revocationIgnored, (data) => ({ type: 'RevocationIgnored', data })),
  PersonalDataErased: eventFormat(1, personalDataErased, (data) => ({ type: 'PersonalDataErased', data })),
};
