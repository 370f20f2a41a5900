import type { Grant } from '../world/grant.ts';
import { now, type World } from '../world/world.ts';
import { effectiveScopes, livingGrant } from './tokens.ts';

/** What an access token that is alive opens. */
export type Access = Readonly<{ grant: Grant; scopes: readonly string[] }>;

export function livingAccess(world: World, token: string): Access | null {
  const held = world.accessTokens.get(token);
  if (held === undefined || held.endedBy !== null || held.expiresAt <= now(world)) return null;
  const grant = livingGrant(world, held);
  return grant === null ? null : { grant, scopes: effectiveScopes(grant, held) };
}
