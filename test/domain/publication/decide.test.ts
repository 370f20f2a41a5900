import { describe, it } from 'vitest';
import { publicationDecider } from '../../../src/domain/publication/decide.ts';
import { mediaId } from '../../../src/domain/values/ids.ts';
import { specificationOf } from '../given.ts';
import {
  accept,
  accepted,
  acknowledge,
  cancel,
  cancelled,
  chunk,
  deferred,
  delivered,
  deliveredAt,
  fail,
  failedBecause,
  failedByUs,
  fetched,
  observed,
  opened,
  opening,
  openingFailed,
  openUpload,
  plan,
  post,
  published,
  pulled,
  recordOpened,
  request,
  second,
  startOne,
  startTwo,
  unknown,
} from './commands.ts';

const given = specificationOf(publicationDecider);
const begun = [accepted(), opening(), opened()] as const;
const pulling = [accepted(pulled), opening(), opened({ upload: null })] as const;
const allButLast = Array.from({ length: plan.count - 1 }, (_, index) => chunk(index));
const sent = [...begun, ...allButLast, chunk(plan.count - 1), delivered] as const;

describe('accepting', () => {
  it('is the first event, and only once', () => {
    given().when(accept()).then(accepted());
    given(accepted()).when(accept(pulled)).thenNothing();
  });

  it('comes before anything else', () => {
    for (const command of [openUpload(), recordOpened(), acknowledge(1), cancel(), fail(), observed({ kind: 'inbox' })])
      given().when(command).thenRejected({ kind: 'NotAccepted' });
  });
});

describe('starting at TikTok', () => {
  it('is fenced for thirty seconds', () => {
    given(accepted()).when(openUpload()).then(opening());
    given(accepted(), opening()).when(openUpload()).thenNothing();
    given(accepted(), opening())
      .when(openUpload(startTwo, second(30)))
      .thenRejected({ kind: 'OpeningInProgress', attemptId: startOne, deadline: second(31) });
  });

  it('waits for its scheduled time', () => {
    const later = accepted(request({ scheduleAt: second(50) }));
    given(later).when(openUpload()).thenRejected({ kind: 'NotDue', notBefore: second(50) });
    given(later).when(openUpload(startOne, second(50))).then(opening(startOne, second(50)));
  });

  it('needs the file of an address to be here first', () => {
    given(accepted(fetched)).when(openUpload()).thenRejected({ kind: 'SourceMissing' });
    const here = { type: 'SourceFetched', data: { mediaId: mediaId('media 2'), bytes: 5, fetchedAt: second(1) } } as const;
    given(accepted(fetched)).when({ type: 'RecordSource', mediaId: mediaId('media 2'), bytes: 5, at: second(1) }).then(here);
    given(accepted(fetched), here).when({ type: 'RecordSource', mediaId: mediaId('media 3'), bytes: 6, at: second(2) }).thenNothing();
    given(accepted(fetched), here).when(openUpload()).then(opening());
  });

  it('is tried again past the fence where we send the bytes: without them there is no post', () => {
    given(accepted(), opening()).when(openUpload(startTwo, second(31))).then(opening(startTwo, second(31)));
  });

  it('is never tried again past the fence where TikTok fetches: there may be a post', () => {
    given(accepted(pulled), opening()).when(openUpload(startTwo, second(31))).then(unknown('opening_unanswered', second(31)));
    given(accepted(pulled), opening(), unknown('opening_unanswered'))
      .when(openUpload(startTwo, second(99)))
      .thenRejected({ kind: 'PublicationEnded', status: 'outcome_unknown' });
  });

  it('is over once TikTok has begun', () => {
    given(...begun).when(openUpload(startTwo, second(99))).thenRejected({ kind: 'AlreadyOpened' });
    given(...sent).when(openUpload(startTwo, second(99))).thenRejected({ kind: 'AlreadyOpened' });
  });
});

describe('an answer to a start', () => {
  it('is stored once, before a byte is sent', () => {
    given(accepted(), opening()).when(recordOpened()).then(opened());
    given(...begun).when(recordOpened()).thenNothing();
  });

  it('of a start that another has replaced is never sent to', () => {
    given(accepted(), opening(), opening(startTwo, second(40))).when(recordOpened()).thenRejected({ kind: 'StartSuperseded', attemptId: startOne });
    given(accepted(), opening(), cancelled).when(recordOpened()).thenRejected({ kind: 'StartSuperseded', attemptId: startOne });
  });

  it('that comes late is taken from an unknown outcome', () => {
    const late = recordOpened({ upload: null });
    given(accepted(pulled), opening(), unknown('opening_unanswered')).when(late).then(opened({ upload: null }));
  });

  it('that says "later" makes it wait with the reason', () => {
    given(accepted(), opening())
      .when(openingFailed({ kind: 'wait', reason: 'rate_limit_exceeded', notBefore: second(60) }))
      .then(deferred('rate_limit_exceeded', second(60), 0));
  });

  it('of passing trouble makes it wait twice as long each time', () => {
    const trouble = { kind: 'transient', reason: 'tiktok_unavailable' } as const;
    given(accepted(), opening()).when(openingFailed(trouble)).then(deferred('tiktok_unavailable', second(8), 1));
    given(accepted(), opening(), deferred('tiktok_unavailable', second(8), 1), opening(startTwo, second(8)))
      .when(openingFailed(trouble, startTwo))
      .then({ type: 'PublicationDeferred', data: { attemptId: startTwo, reason: 'tiktok_unavailable', failures: 2, code: 'code', logId: 'log 2', notBefore: second(13), deferredAt: second(3) } });
  });

  it('that is lost makes an upload wait and leaves a pull unknown', () => {
    given(accepted(), opening()).when(openingFailed({ kind: 'unclear' })).then(deferred('tiktok_unavailable', second(8), 1));
    given(accepted(pulled), opening()).when(openingFailed({ kind: 'unclear' })).then(unknown('opening_unanswered'));
  });

  it('that refuses ends it', () => {
    given(accepted(), opening())
      .when(openingFailed({ kind: 'refused', reason: 'url_ownership_unverified', retryable: false }))
      .then(failedBecause('url_ownership_unverified', false, 'log 2', second(3)));
  });

  it('of a start that is over changes nothing', () => {
    given(...begun).when(openingFailed({ kind: 'unclear' })).thenNothing();
    given(accepted(), opening(startTwo)).when(openingFailed({ kind: 'unclear' })).thenNothing();
  });
});

describe('sending', () => {
  it('records what TikTok acknowledges, and the end with the last chunk', () => {
    given(...begun).when(acknowledge(1)).then(chunk(0));
    given(...begun, chunk(0)).when(acknowledge(1)).thenNothing();
    given(...begun, chunk(0)).when(acknowledge(5)).then(chunk(4));
    given(...begun, ...allButLast).when(acknowledge(plan.count)).then(chunk(plan.count - 1), delivered);
    given(...sent).when(acknowledge(plan.count)).thenNothing();
  });

  it('stops where it was cancelled or failed', () => {
    given(...begun, cancelled).when(acknowledge(1)).thenRejected({ kind: 'PublicationEnded', status: 'cancelled' });
    given(...begun, failedByUs).when(acknowledge(1)).thenRejected({ kind: 'PublicationEnded', status: 'failed' });
  });

  it('is done when TikTok says that it has all bytes, though the answer to the last chunk was lost', () => {
    given(...begun, ...allButLast)
      .when(observed({ kind: 'processing', status: 'PROCESSING_UPLOAD', bytes: plan.totalBytes }))
      .then(deliveredAt(second(5)));
    given(...begun).when(observed({ kind: 'processing', status: 'PROCESSING_UPLOAD', bytes: 10_000_000 })).thenNothing();
  });
});

describe('failing on our side', () => {
  it('is possible while TikTok surely lacks bytes', () => {
    for (const history of [[accepted()], [accepted(), opening()], [...begun], [...begun, chunk(0)]]) given(...history).when(fail()).then(failedByUs);
  });

  it('is refused where TikTok may have it', () => {
    for (const history of [[accepted(pulled), opening()], [...begun, ...allButLast], [...sent], [...pulling]])
      given(...history).when(fail()).thenRejected({ kind: 'TikTokHasIt' });
  });

  it('is possible when TikTok itself shows that bytes are missing', () => {
    given(...begun, ...allButLast).when(fail(true)).then(failedByUs);
  });
});

describe('giving up', () => {
  it('leaves an unknown outcome, and only where TikTok has begun', () => {
    const giveUp = { type: 'GiveUp', reason: 'processing_never_ended', at: second(9) } as const;
    given(...sent).when(giveUp).then(unknown('processing_never_ended', second(9)));
    given(accepted()).when(giveUp).thenRejected({ kind: 'NotOpened' });
    given(...sent, published()).when(giveUp).thenRejected({ kind: 'PublicationEnded', status: 'published' });
  });
});

describe('cancelling', () => {
  it('is possible until the last chunk may start', () => {
    for (const history of [[accepted()], [accepted(), opening()], [...begun], [...begun, ...allButLast.slice(0, -1)]])
      given(...history).when(cancel()).then(cancelled);
    given(...begun, cancelled).when(cancel()).thenNothing();
  });

  it('is refused from then on', () => {
    for (const history of [[...begun, ...allButLast], [...sent]]) given(...history).when(cancel()).thenRejected({ kind: 'TikTokHasIt' });
    given(...sent, published()).when(cancel()).thenRejected({ kind: 'PublicationEnded', status: 'published' });
  });

  it('of a pull is TikTok\'s to confirm', () => {
    given(...pulling).when(cancel()).thenRejected({ kind: 'CancelNeedsTikTok' });
    given(...pulling).when(cancel(true)).then(cancelled);
    given(accepted(pulled), opening()).when(cancel()).thenRejected({ kind: 'TikTokHasIt' });
  });
});

describe('an operator\'s word', () => {
  const resolve = (kind: 'published' | 'not_published') =>
    ({ type: 'Resolve', outcome: kind === 'published' ? { kind, postIds: [post] } : { kind }, at: second(9) }) as const;
  const doubtful = [accepted(pulled), opening(), unknown('opening_unanswered')] as const;

  it('ends an unknown outcome, and nothing else', () => {
    given(...doubtful).when(resolve('published')).then({ type: 'Published', data: { postIds: [post], by: 'operator', publishedAt: second(9) } });
    given(...doubtful).when(resolve('not_published')).then(failedBecause('resolved_not_published', true, null, second(9)));
    given(...sent).when(resolve('published')).thenRejected({ kind: 'OutcomeIsKnown' });
    given(...sent, failedByUs).when(resolve('published')).thenRejected({ kind: 'OutcomeIsKnown' });
  });

  it('is taken once', () => {
    given(...doubtful, failedBecause('resolved_not_published', true)).when(resolve('not_published')).thenNothing();
  });
});

it('waits for a quota that is known before TikTok is asked, without counting a failure', () => {
  const wait = { type: 'Defer', reason: 'creator_daily_cap', notBefore: second(90), at: second(1) } as const;
  const event = {
    type: 'PublicationDeferred',
    data: { attemptId: null, reason: 'creator_daily_cap', failures: 0, code: null, logId: null, notBefore: second(90), deferredAt: second(1) },
  } as const;
  given(accepted()).when(wait).then(event);
  given(accepted(), event).when(wait).thenNothing();
  given(accepted(), event).when(openUpload()).thenRejected({ kind: 'NotDue', notBefore: second(90) });
  given(...begun).when(wait).thenRejected({ kind: 'AlreadyOpened' });
});
