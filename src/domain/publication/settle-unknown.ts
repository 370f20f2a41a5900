import { err, ok, type Result } from 'neverthrow';
import type { Recognize, Resolve } from './commands.ts';
import type { PublicationEvent } from './events.ts';
import { isFoundByPosts } from './recent-posts.ts';
import type { PublicationRejection } from './rejections.ts';
import type { PublicationState } from './state.ts';

type Decision = Result<readonly PublicationEvent[], PublicationRejection>;

const nothing: Decision = ok([]);

/** Only while nothing else has ended it: an answer, a webhook or an operator may come first. */
export const recognize = ({ postId, at }: Recognize, state: PublicationState): Decision => {
  if (state.status === 'none') return err({ kind: 'NotAccepted' });
  if (state.status === 'published' && state.postIds.includes(postId)) return nothing;
  if (state.status !== 'outcome_unknown' || !isFoundByPosts(state)) return err({ kind: 'OutcomeIsKnown' });
  return ok([{ type: 'Published', data: { postIds: [postId], by: 'recent_posts', publishedAt: at } }]);
};

/** An operator's word. */
export const resolve = ({ outcome, at }: Resolve, state: PublicationState): Decision => {
  if (state.status === 'none') return err({ kind: 'NotAccepted' });
  if (state.status === 'published' && outcome.kind === 'published') return nothing;
  if (state.status === 'failed' && outcome.kind === 'not_published') return nothing;
  if (state.status !== 'outcome_unknown') return err({ kind: 'OutcomeIsKnown' });
  return outcome.kind === 'published'
    ? ok([{ type: 'Published', data: { postIds: outcome.postIds, by: 'operator', publishedAt: at } }])
    : ok([{ type: 'PublishFailed', data: { reason: 'resolved_not_published', retryable: true, logId: null, failedAt: at } }]);
};
