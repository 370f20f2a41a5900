import { chunkPlan } from '../../../src/domain/publication/chunk-plan.ts';
import type { Accept, Observation, Observe, OpeningOutcome, PublicationCommand, RecordOpened } from '../../../src/domain/publication/commands.ts';
import type { PublicationEvent, UploadOpened } from '../../../src/domain/publication/events.ts';
import type { PublishRequest } from '../../../src/domain/publication/request.ts';
import { attemptId, connectionId, mediaId, postId, publicationId, publishId, userId } from '../../../src/domain/values/ids.ts';
import { instant, plusMillis, type Instant } from '../../../src/domain/values/instant.ts';
import { sealed } from '../../../src/domain/values/sealed.ts';

/** Moments in order, a second apart. */
export const second = (number: number): Instant => instant(Date.UTC(2026, 10, 1, 12, 0, number));

export const startOne = attemptId('start 1');
export const startTwo = attemptId('start 2');
export const theirId = publishId('v_pub_file~v2-1.7600000000000000001');
export const post = postId('7678907398077074696');
export const otherPost = postId('7678907398077074697');
export const bytes = 120_000_000;
export const plan = chunkPlan(bytes);

export const request = (changes: Partial<PublishRequest> = {}): PublishRequest => ({
  kind: 'video',
  mode: 'direct',
  settings: {
    privacyLevel: 'SELF_ONLY',
    allowComment: true,
    allowDuet: false,
    allowStitch: false,
    coverTimestampMillis: null,
    brandOrganic: false,
    brandContent: false,
    isAiGenerated: false,
    autoAddMusic: false,
  },
  source: { type: 'media', mediaId: mediaId('media 1'), bytes },
  content: sealed('sealed content'),
  consent: { confirmedAt: second(0), musicUsage: true, brandedContentPolicy: false },
  creator: {
    privacyLevels: ['PUBLIC_TO_EVERYONE', 'SELF_ONLY'],
    commentDisabled: false,
    duetDisabled: false,
    stitchDisabled: false,
    maxVideoSeconds: 600,
  },
  scheduleAt: null,
  retryOf: null,
  ...changes,
});

export const pulled = request({ source: { type: 'pulled_url' } });
export const fetched = request({ source: { type: 'fetched_url' } });

export const accept = (of: PublishRequest = request()): Accept => ({
  type: 'Accept',
  publicationId: publicationId('publication 1'),
  connectionId: connectionId('connection 1'),
  life: 1,
  userId: userId('user_ada'),
  request: of,
  at: second(0),
});

export const accepted = (of: PublishRequest = request()): PublicationEvent => {
  const { type: _, at, ...data } = accept(of);
  return { type: 'PublicationAccepted', data: { ...data, acceptedAt: at } };
};

export const openUpload = (attempt = startOne, at = second(1)): PublicationCommand => ({ type: 'OpenUpload', attemptId: attempt, at });

export const opening = (attempt = startOne, at = second(1)): PublicationEvent => ({
  type: 'UploadOpening',
  data: { attemptId: attempt, startedAt: at, deadline: plusMillis(at, 30_000) },
});

export const upload = { url: sealed('sealed upload url'), expiresAt: second(3600), plan };

export const recordOpened = (changes: Partial<RecordOpened> = {}): RecordOpened => ({
  type: 'RecordOpened',
  attemptId: startOne,
  publishId: theirId,
  upload,
  logId: 'log 1',
  at: second(2),
  ...changes,
});

export const opened = (changes: Partial<UploadOpened['data']> = {}): UploadOpened => ({
  type: 'UploadOpened',
  data: { attemptId: startOne, publishId: theirId, upload, logId: 'log 1', openedAt: second(2), ...changes },
});

export const openingFailed = (outcome: OpeningOutcome, attempt = startOne): PublicationCommand => ({
  type: 'RecordOpeningFailure',
  attemptId: attempt,
  outcome,
  code: 'code',
  logId: 'log 2',
  at: second(3),
});

export const deferred = (reason: string, notBefore: Instant, failures: number): PublicationEvent => ({
  type: 'PublicationDeferred',
  data: { attemptId: startOne, reason, failures, code: 'code', logId: 'log 2', notBefore, deferredAt: second(3) },
});

export const acknowledge = (chunks: number): PublicationCommand => ({ type: 'RecordChunks', acknowledged: chunks, at: second(4) });

export const chunk = (index: number): PublicationEvent => ({
  type: 'ChunkUploaded',
  data: { index, bytesSent: index === plan.count - 1 ? bytes : (index + 1) * 10_000_000, uploadedAt: second(4) },
});

export const deliveredAt = (at: Instant): PublicationEvent => ({ type: 'MediaDelivered', data: { deliveredAt: at } });
export const delivered = deliveredAt(second(4));

export const observed = (observation: Observation, changes: Partial<Observe> = {}): Observe => ({
  type: 'Observe',
  publishId: theirId,
  observation,
  by: 'status',
  logId: 'log 3',
  at: second(5),
  ...changes,
});

export const published = (...postIds: readonly (typeof post)[]): PublicationEvent => ({
  type: 'Published',
  data: { postIds, by: 'status', publishedAt: second(5) },
});

export const failedBecause = (reason: string, retryable: boolean, logId: string | null = 'log 3', at = second(5)): PublicationEvent => ({
  type: 'PublishFailed',
  data: { reason, retryable, logId, failedAt: at },
});

export const unknown = (reason: 'opening_unanswered' | 'cannot_be_asked' | 'processing_never_ended', since = second(3)): PublicationEvent => ({
  type: 'OutcomeUnknown',
  data: { reason, since },
});

export const cancelled: PublicationEvent = { type: 'PublicationCancelled', data: { cancelledAt: second(6) } };
export const cancel = (confirmed = false): PublicationCommand => ({ type: 'Cancel', confirmed, at: second(6) });

export const fail = (bytesMissing = false): PublicationCommand => ({
  type: 'Fail',
  reason: 'not_connected',
  retryable: false,
  bytesMissing,
  logId: null,
  at: second(6),
});
export const failedByUs = failedBecause('not_connected', false, null, second(6));
