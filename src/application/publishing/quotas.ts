import type { PostMode } from '../../domain/publication/request.ts';
import type { ConnectionId } from '../../domain/values/ids.ts';
import type { Quota } from '../ports/publish-quotas.ts';

const minute = 60_000;
const day = 24 * 3_600_000;

/** TikTok's limits per access token and minute, and per creator and day (tiktok-api.md §7). */
export const creatorInfoQuota = (id: ConnectionId): Quota => ({ name: `creator_info:${id}`, limit: 20, windowMillis: minute });
export const statusQuota = (id: ConnectionId): Quota => ({ name: `status:${id}`, limit: 30, windowMillis: minute });
export const startQuota = (id: ConnectionId): Quota => ({ name: `start:${id}`, limit: 6, windowMillis: minute });
const postsQuota = (id: ConnectionId): Quota => ({ name: `posts:${id}`, limit: 15, windowMillis: day });
const draftsQuota = (id: ConnectionId): Quota => ({ name: `drafts:${id}`, limit: 5, windowMillis: day });

/** TikTok counts posts and pending drafts of a creator apart. */
export const dailyQuota = (id: ConnectionId, mode: PostMode): Quota => (mode === 'direct' ? postsQuota(id) : draftsQuota(id));
