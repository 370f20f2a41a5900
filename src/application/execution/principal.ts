import type { UserId } from '../../domain/values/ids.ts';
import type { Viewer } from '../ports/connections.ts';
import type { Actor } from './actor.ts';

export const apiScopes = ['connections:read', 'connections:write', 'tokens:read', 'publish', 'audit:read', 'admin'] as const;
export type ApiScope = (typeof apiScopes)[number];

export type EndUser = Readonly<{ kind: 'user'; userId: UserId }>;
export type Service = Readonly<{ kind: 'service'; keyId: string; scopes: readonly ApiScope[] }>;

/** Who calls, once proved. */
export type Principal = EndUser | Service;

/** An end user may do to their own what any scope allows; `admin` means all. */
export const hasScope = (principal: Principal, scope: ApiScope): boolean =>
  principal.kind === 'user' || principal.scopes.includes(scope) || principal.scopes.includes('admin');

export const viewerOf = (principal: Principal): Viewer =>
  principal.kind === 'user' ? { kind: 'owner', userId: principal.userId } : { kind: 'service' };

/** As principals are named in the security log. */
export const principalName = (principal: Principal): string =>
  principal.kind === 'user' ? `user:${principal.userId}` : `service:${principal.keyId}`;

export const actorOf = (principal: Principal): Actor =>
  principal.kind === 'user' ? { kind: 'user', id: principal.userId } : { kind: 'service', id: principal.keyId };
