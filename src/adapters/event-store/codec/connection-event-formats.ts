import { z } from 'zod';
import type { Connected, ConnectionEvent, Disconnected, ProfileChanged, ScopesChanged } from '../../../domain/connection/events.ts';
import { eventFormat, type EventFormat } from './event-format.ts';
import {
  storedAuthorizationId,
  storedClientKey,
  storedInstant,
  storedLife,
  storedScopes,
  storedSealed,
  storedUserId,
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

export const connectionEventFormats: Readonly<Record<ConnectionEvent['type'], EventFormat>> = {
  Connected: eventFormat(1, connected, (data) => ({ type: 'Connected', data })),
  ProfileChanged: eventFormat(1, profileChanged, (data) => ({ type: 'ProfileChanged', data })),
  ScopesChanged: eventFormat(1, scopesChanged, (data) => ({ type: 'ScopesChanged', data })),
  Disconnected: eventFormat(1, disconnected, (data) => ({ type: 'Disconnected', data })),
};
