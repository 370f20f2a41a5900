import { revokeGrant } from '../oauth/revocation.ts';
import type { Caller } from '../wire/caller.ts';
import { grantKey } from '../world/grant.ts';
import type { World } from '../world/world.ts';
import type { Fault } from './fault.ts';

/** What a fault does to the account a call is about. @returns whether the world changed */
export function befall(world: World, { action }: Fault, { account, clientKey }: Caller): boolean {
  const grant = world.grants.get(grantKey(clientKey ?? '', account ?? ''));
  if (grant === undefined || grant.revokedAt !== null || (action.type !== 'revoke' && action.type !== 'expire')) return false;
  if (action.type === 'revoke') {
    revokeGrant(world, grant, 'person');
    return true;
  }
  for (const token of world.accessTokens.values()) {
    if (token.accountId === grant.accountId && token.clientKey === grant.clientKey) token.endedBy ??= 'forced';
  }
  return true;
}
