import { err, ok, type Result } from 'neverthrow';
import type { PostId } from '../values/ids.ts';
import type { Observe } from './commands.ts';
import type { PublicationEvent } from './events.ts';
import type { PublicationRejection } from './rejections.ts';
import type { Processing, PublicationState, PublishedPost, Uploading } from './state.ts';

type Decision = Result<readonly PublicationEvent[], PublicationRejection>;

/** TikTok's own trouble, and pulls that may succeed another time (tiktok-api.md §5.6). Nothing was posted in any of these. */
const retryableReasons: ReadonlySet<string> = new Set(['internal', 'video_pull_failed', 'photo_pull_failed']);

const learned = (state: PublishedPost, postIds: readonly PostId[], { by, at }: Observe): Decision => {
  const fresh = [...new Set(postIds)].filter((id) => !state.postIds.includes(id));
  return ok(fresh.length === 0 ? [] : [{ type: 'PostIdsLearned', data: { postIds: fresh, by, learnedAt: at } }]);
};

const progressed = (state: Uploading | Processing, status: string, bytes: number | null, { by, at }: Observe): Decision => {
  if (state.status === 'uploading') {
    const whole = bytes !== null && bytes >= state.plan.totalBytes;
    return ok(whole ? [{ type: 'MediaDelivered', data: { deliveredAt: at } }] : []);
  }
  if (state.observed === status && state.bytes === bytes) return ok([]);
  return ok([{ type: 'ProcessingObserved', data: { status, bytes, by, observedAt: at } }]);
};

/**
 * What TikTok says of its `publish_id` is the truth, whichever order it comes in: a post that exists stays published, and
 * one that we believed failed, cancelled or unknown becomes published.
 */
export const observe = (command: Observe, state: PublicationState): Decision => {
  const { publishId, observation, by, logId, at } = command;
  if (state.status === 'none') return err({ kind: 'NotAccepted' });
  if (state.status === 'waiting' || state.status === 'opening' || state.publishId === null) return err({ kind: 'NotOpened' });
  if (state.publishId !== publishId) return err({ kind: 'AnotherPublishId' });
  const running = state.status === 'uploading' || state.status === 'processing';
  switch (observation.kind) {
    case 'complete':
      return state.status === 'published'
        ? learned(state, observation.postIds, command)
        : ok([{ type: 'Published', data: { postIds: [...new Set(observation.postIds)], by, publishedAt: at } }]);
    case 'inbox':
      return running || state.status === 'outcome_unknown' ? ok([{ type: 'DeliveredToInbox', data: { by, deliveredAt: at } }]) : ok([]);
    case 'failed': {
      const { reason } = observation;
      const failed: Decision = ok([{ type: 'PublishFailed', data: { reason, retryable: retryableReasons.has(reason), logId, failedAt: at } }]);
      return running || state.status === 'outcome_unknown' ? failed : ok([]);
    }
    case 'processing':
      return running ? progressed(state, observation.status, observation.bytes, command) : ok([]);
  }
};
