import { removalReasons } from '../webhooks/webhook.ts';
import { grantKey, type Grant } from '../world/grant.ts';
import { now, type World } from '../world/world.ts';

/** Takes back what an account allowed an app, and tells the app. Codes and tokens rest on the grant, so all of them are dead from here on. */
export function revokeGrant(world: World, grant: Grant, by: 'person' | 'app'): void {
  const revokedAt = now(world);
  world.grants.set(grantKey(grant.clientKey, grant.accountId), { ...grant, revokedAt, revokedBy: by });
  world.outbox.push({
    clientKey: grant.clientKey,
    event: 'authorization.removed',
    openId: grant.openId,
    content: { reason: removalReasons[by] },
    createTime: Math.floor(revokedAt / 1_000),
  });
}
