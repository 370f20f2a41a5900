import { drawDigits } from '../world/draw.ts';
import type { SimulatedPost } from '../world/post.ts';
import type { FailReason, PublishTask } from '../world/publish-task.ts';
import { nextSerial, type World } from '../world/world.ts';
import { tell } from './told.ts';

/** @param at ms since the epoch, simulated, as in all of these */
export function fail(world: World, task: PublishTask, reason: FailReason, at: number): void {
  task.status = 'FAILED';
  task.failReason = reason;
  world.publishing.unfinished.delete(task.publishId);
  forgetBytes(world, task);
  tell(world, task, 'failed', at, { reason });
}

export function deliverToInbox(world: World, task: PublishTask, at: number): void {
  task.status = 'SEND_TO_USER_INBOX';
  world.publishing.unfinished.delete(task.publishId);
  tell(world, task, 'inbox_delivered', at);
}

type Choice = Readonly<{ privacyLevel: SimulatedPost['privacyLevel']; title: string }>;

/** Puts a post on TikTok. A draft may become several, each told of. */
export function publish(world: World, task: PublishTask, choice: Choice, at: number): SimulatedPost {
  const serial = nextSerial(world, `post ${task.accountId}`);
  const willBePublic = choice.privacyLevel === 'PUBLIC_TO_EVERYONE' && task.fate.moderationMs !== null;
  const post: SimulatedPost = {
    id: `7${drawDigits(world.seed, 18, 'post', task.accountId, serial)}`,
    publishId: task.publishId,
    clientKey: task.clientKey,
    accountId: task.accountId,
    kind: task.kind,
    mode: task.mode,
    title: choice.title,
    description: task.post.description,
    privacyLevel: choice.privacyLevel,
    files: task.files,
    publishedAt: at,
    publicAt: willBePublic ? at + (task.fate.moderationMs ?? 0) : null,
    isPublic: false,
  };
  world.publishing.posts.set(post.id, post);
  if (willBePublic) world.publishing.moderated.add(post.id);
  task.status = 'PUBLISH_COMPLETE';
  task.postIds.push(post.id);
  world.publishing.unfinished.delete(task.publishId);
  tell(world, task, 'complete', at);
  return post;
}

/** No more bytes are taken, so that their digest isn't needed any more. */
export function forgetBytes(world: World, { transfer }: PublishTask): void {
  if (transfer.source === 'FILE_UPLOAD') world.publishing.digests.delete(transfer.uploadId);
}
