import { grantKey, type Grant } from '../world/grant.ts';
import { now, type World } from '../world/world.ts';

/** Takes back what an account allowed an app. Codes and tokens rest on the grant, so all of them are dead from here on. */
export function revokeGrant(world: World, grant: Grant, by: 'person' | 'app'): void {
  world.grants.set(grantKey(grant.clientKey, grant.accountId), { ...grant, revokedAt: now(world), revokedBy: by });
}
