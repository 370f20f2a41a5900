import { describe, it } from 'vitest';
import { publicationDecider } from '../../../src/domain/publication/decide.ts';
import { publishId } from '../../../src/domain/values/ids.ts';
import { specificationOf } from '../given.ts';
import {
  accepted,
  cancelled,
  chunk,
  delivered,
  failedBecause,
  failedByUs,
  observed,
  opened,
  opening,
  otherPost,
  plan,
  post,
  published,
  second,
  unknown,
} from './commands.ts';

const given = specificationOf(publicationDecider);
const begun = [accepted(), opening(), opened()] as const;
const sent = [...begun, ...Array.from({ length: plan.count }, (_, index) => chunk(index)), delivered] as const;

describe('what TikTok says of it', () => {
  it('is recorded when it is new', () => {
    const processing = { kind: 'processing', status: 'PROCESSING_UPLOAD', bytes: null } as const;
    const event = { type: 'ProcessingObserved', data: { status: 'PROCESSING_UPLOAD', bytes: null, by: 'status', observedAt: second(5) } } as const;
    given(...sent).when(observed(processing)).then(event);
    given(...sent, event).when(observed(processing)).thenNothing();
  });

  it('ends it: published, failed or in the inbox', () => {
    given(...sent).when(observed({ kind: 'complete', postIds: [] })).then(published());
    given(...sent).when(observed({ kind: 'failed', reason: 'internal' })).then(failedBecause('internal', true));
    given(...sent).when(observed({ kind: 'failed', reason: 'spam_risk_text' })).then(failedBecause('spam_risk_text', false));
    given(...sent).when(observed({ kind: 'inbox' })).then({ type: 'DeliveredToInbox', data: { by: 'status', deliveredAt: second(5) } });
  });

  it('adds post ids that come later, each once', () => {
    given(...sent, published(post)).when(observed({ kind: 'complete', postIds: [post] })).thenNothing();
    given(...sent, published(post))
      .when(observed({ kind: 'complete', postIds: [post, otherPost, otherPost] }))
      .then({ type: 'PostIdsLearned', data: { postIds: [otherPost], by: 'status', learnedAt: second(5) } });
  });

  it.each([
    ['failed', failedByUs],
    ['cancelled', cancelled],
    ['unknown', unknown('processing_never_ended')],
    ['in the inbox', { type: 'DeliveredToInbox', data: { by: 'webhook', deliveredAt: second(4) } } as const],
  ])('is the truth where we believed it %s: a post that exists is published', (_, belief) => {
    given(...begun, belief).when(observed({ kind: 'complete', postIds: [post] })).then(published(post));
  });

  it('never unmakes a post', () => {
    for (const observation of [{ kind: 'failed', reason: 'internal' }, { kind: 'inbox' }, { kind: 'processing', status: 'PROCESSING_UPLOAD', bytes: 1 }] as const)
      given(...sent, published(post)).when(observed(observation)).thenNothing();
  });

  it('counts only for its own publish_id, once that is known', () => {
    given(...sent).when(observed({ kind: 'inbox' }, { publishId: publishId('v_inbox~another') })).thenRejected({ kind: 'AnotherPublishId' });
    given(accepted(), opening()).when(observed({ kind: 'inbox' })).thenRejected({ kind: 'NotOpened' });
  });
});
