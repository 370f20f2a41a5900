import { describe, expect, it } from 'vitest';
import { publicationWork, type PublicationWork } from '../../src/application/work-lists/work-of-publication.ts';
import type { PublicationEvent } from '../../src/domain/publication/events.ts';
import { mediaId, publicationId } from '../../src/domain/values/ids.ts';
import { millisOf, plusMillis } from '../../src/domain/values/instant.ts';
import { accepted, cancelled, chunk, deferred, delivered, failedBecause, opened, opening, post, published, request, second, unknown, startOne } from '../domain/publication/commands.ts';

const now = second(30);
const id = publicationId('0b6f4f7e-6e0c-4c3e-9c39-1f3b5c0a7d11');
const workAfter = (event: PublicationEvent): readonly PublicationWork[] => publicationWork(id, { event, revision: 4, occurredAt: now });

/** What one event leaves to be done: kinds with the milliseconds from now, or null for those that end. */
const left = (event: PublicationEvent): Readonly<Record<string, number | null>> =>
  Object.fromEntries(workAfter(event).map((work) => [work.kind, work.change === 'put' ? millisOf(work.dueAt) - millisOf(now) : null]));

describe('the work of a publication', () => {
  it('is to be opened at once, or when it is scheduled', () => {
    expect(left(accepted())).toEqual({ open_upload: 0 });
    expect(left(accepted(request({ scheduleAt: plusMillis(now, 3_600_000) })))).toEqual({ open_upload: 3_600_000 });
  });

  it('is to be opened once its source is here, or when it may', () => {
    expect(left({ type: 'SourceFetched', data: { mediaId: mediaId('media 2'), bytes: 1, fetchedAt: now } })).toEqual({ open_upload: 0 });
    expect(left(deferred('daily_limit', plusMillis(now, 90_000), 0))).toEqual({ open_upload: 90_000 });
  });

  it('is looked after where nobody ends a start in time', () => {
    expect(left(opening(startOne, now))).toEqual({ open_upload: 30_000 });
  });

  it('has its chunks sent at once, or is followed where TikTok fetches', () => {
    expect(left(opened())).toEqual({ open_upload: null, find_post: null, send_chunks: 0 });
    expect(left(opened({ upload: null }))).toEqual({ open_upload: null, find_post: null, poll_publication: 2_000 });
    expect(left(chunk(0))).toEqual({ send_chunks: 0 });
  });

  it('is followed once TikTok has it, until there is a post with an id', () => {
    expect(left(delivered)).toEqual({ send_chunks: null, poll_publication: 2_000 });
    expect(left({ type: 'ProcessingObserved', data: { status: 'PROCESSING_UPLOAD', bytes: null, by: 'status', observedAt: now } })).toEqual({ poll_publication: 10_000 });
    expect(left(published())).toEqual({ send_chunks: null, find_post: null, poll_publication: 10_000 });
    expect(left({ type: 'DeliveredToInbox', data: { by: 'webhook', deliveredAt: now } })).toEqual({ send_chunks: null, poll_publication: 60_000 });
    expect(left(published(post))).toEqual({ send_chunks: null, find_post: null, poll_publication: null });
    expect(left({ type: 'PostIdsLearned', data: { postIds: [post], by: 'webhook', learnedAt: now } })).toEqual({ poll_publication: null });
  });

  it('ends with the publication', () => {
    const nothing = { open_upload: null, send_chunks: null, poll_publication: null };
    for (const end of [failedBecause('internal', true), cancelled]) expect(left(end)).toEqual({ ...nothing, find_post: null });
    expect(left(unknown('cannot_be_asked'))).toEqual(nothing);
  });

  it('is looked for among the recent posts where a start had no answer', () => {
    expect(left(unknown('opening_unanswered'))).toEqual({ open_upload: null, send_chunks: null, poll_publication: null, find_post: 60_000 });
  });
});
