import type { Visitor } from '../display/visitor.ts';
import type { SimulatedApp } from '../world/app.ts';
import type { World } from '../world/world.ts';
import { hasFullInbox, hasPostedEnough, isOneUserTooMany, isRestricted, privacyOptions } from './caps.ts';
import type { Order } from './order.ts';
import type { Refusal } from './refusal-texts.ts';
import { isOwned } from './url-ownership.ts';

const firstVersionForPhotoDrafts = [31, 8];

/** Why TikTok won't take a well-formed request, null when it does; first things first. @param at ms since the epoch, simulated */
export function judgeOrder(world: World, app: SimulatedApp, { account }: Visitor, order: Order, at: number): Refusal | null {
  if (account.posting.isBanned) return 'spam_risk_user_banned_from_posting';
  const refusal = order.mode === 'direct' ? judgeDirect(world, app, account, order, at) : judgeDraft(world, account, order, at);
  if (refusal !== null) return refusal;
  const isPullable = order.source.source === 'FILE_UPLOAD' || order.source.urls.every((url) => isOwned(new URL(url), app.verifiedProperties));
  return isPullable ? null : 'url_ownership_unverified';
}

function judgeDirect(world: World, app: SimulatedApp, account: Visitor['account'], order: Order, at: number): Refusal | null {
  if (hasPostedEnough(world, account, at)) return 'spam_risk_too_many_posts';
  if (isOneUserTooMany(world, app, account, at)) return 'reached_active_user_cap';
  if (order.privacyLevel === null || !privacyOptions(account).includes(order.privacyLevel)) return 'privacy_level_option_mismatch';
  const isPrivate = account.posting.isPrivate && order.privacyLevel === 'SELF_ONLY';
  return isRestricted(app) && !isPrivate ? 'unaudited_client_can_only_post_to_private_accounts' : null;
}

function judgeDraft(world: World, account: Visitor['account'], order: Order, at: number): Refusal | null {
  if (order.kind === 'photo' && isOlder(account.posting.appVersion)) return 'app_version_check_failed';
  return hasFullInbox(world, account, at) ? 'spam_risk_too_many_pending_share' : null;
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = firstVersionForPhotoDrafts;
  return major < leastMajor || (major === leastMajor && minor < leastMinor);
}
