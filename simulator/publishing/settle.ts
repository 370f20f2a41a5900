import { livingGrant } from '../oauth/tokens.ts';
import type { PublishTask } from '../world/publish-task.ts';
import { now, type World } from '../world/world.ts';
import { deliverToInbox, fail, publish } from './ending.ts';
import { makePublic } from './visibility.ts';

const pullLimitMs = 3_600_000;

/** Lets everything happen to posts that is due by the simulated clock. @returns whether anything did */
export function settle(world: World): boolean {
  const { unfinished, tasks, moderated, posts } = world.publishing;
  if (unfinished.size === 0 && moderated.size === 0) return false;
  const at = now(world);
  let hasChanged = false;
  for (const publishId of [...unfinished]) {
    const task = tasks.get(publishId);
    if (task === undefined) continue;
    settleTask(world, task, at);
    hasChanged ||= !unfinished.has(publishId);
  }
  for (const id of [...moderated]) {
    const post = posts.get(id);
    if (post === undefined || post.publicAt === null || post.publicAt > at) continue;
    makePublic(world, post, post.publicAt);
    hasChanged = true;
  }
  return hasChanged;
}

function settleTask(world: World, task: PublishTask, at: number): void {
  const { fate, receivedAt } = task;
  const isReceived = receivedAt !== null && at >= receivedAt;
  if (livingGrant(world, { ...task, scopes: [] }) === null) return fail(world, task, 'auth_removed', at);
  if (task.transfer.source === 'PULL_FROM_URL' && !isReceived && at >= task.createdAt + pullLimitMs) {
    return fail(world, task, task.kind === 'photo' ? 'photo_pull_failed' : 'video_pull_failed', task.createdAt + pullLimitMs);
  }
  if (fate.isStuck || !isReceived || at < receivedAt + fate.processingMs) return;
  const doneAt = receivedAt + fate.processingMs;
  if (fate.failReason !== null) return fail(world, task, fate.failReason, doneAt);
  if (task.mode === 'inbox') return deliverToInbox(world, task, doneAt);
  publish(world, task, { privacyLevel: task.post.privacyLevel ?? 'SELF_ONLY', title: task.post.title }, doneAt);
}
