import type { ConnectionId, UserId } from '../../domain/values/ids.ts';
import type { Instant } from '../../domain/values/instant.ts';
import type { Scope } from '../../domain/values/scopes.ts';
import type { ShownProfile } from './profile.ts';

export const connectionStatuses = ['active', 'reauthorization_required', 'disconnected'] as const;
export type ConnectionStatus = (typeof connectionStatuses)[number];

/** A connection as callers see it: the newest life that belongs to `userId`. */
export type ConnectionView = Readonly<{
  id: ConnectionId;
  userId: UserId;
  status: ConnectionStatus;
  profile: ShownProfile;
  scopes: readonly Scope[];
  /** Null once disconnected. */
  accessTokenExpiresAt: Instant | null;
  /** Null once disconnected, or when TikTok did not say. */
  refreshTokenExpiresAt: Instant | null;
  reauthorizationReason: string | null;
  /** When this life began. */
  connectedAt: Instant;
  updatedAt: Instant;
  /** How many events the connection has. */
  revision: number;
}>;
