import { z } from 'zod';
import {
  knownBy,
  unknownReasons,
  type ChunkUploaded,
  type DeliveredToInbox,
  type MediaDelivered,
  type OutcomeUnknown,
  type PostIdsLearned,
  type ProcessingObserved,
  type PublicationAccepted,
  type PublicationCancelled,
  type PublicationDeferred,
  type PublicationEvent,
  type Published,
  type PublishFailed,
  type SourceFetched,
  type UploadOpened,
  type UploadOpening,
} from '../../../domain/publication/events.ts';
import { eventFormat, type EventFormat } from './event-format.ts';
import { storedPublishRequest } from './publish-request-schema.ts';
import {
  storedAttemptId,
  storedConnectionId,
  storedInstant,
  storedLife,
  storedMediaId,
  storedPostId,
  storedPublicationId,
  storedPublishId,
  storedSealed,
  storedUserId,
} from './value-schemas.ts';

const text = z.string().nullable();
const by = z.enum(knownBy);

const publicationAccepted: z.ZodType<PublicationAccepted['data']> = z.object({
  publicationId: storedPublicationId,
  connectionId: storedConnectionId,
  life: storedLife,
  userId: storedUserId,
  request: storedPublishRequest,
  acceptedAt: storedInstant,
});

const sourceFetched: z.ZodType<SourceFetched['data']> = z.object({ mediaId: storedMediaId, bytes: z.int().positive(), fetchedAt: storedInstant });

const publicationDeferred: z.ZodType<PublicationDeferred['data']> = z.object({
  attemptId: storedAttemptId.nullable(),
  reason: z.string(),
  failures: z.int().nonnegative(),
  code: text,
  logId: text,
  notBefore: storedInstant,
  deferredAt: storedInstant,
});

const uploadOpening: z.ZodType<UploadOpening['data']> = z.object({ attemptId: storedAttemptId, startedAt: storedInstant, deadline: storedInstant });

const uploadOpened: z.ZodType<UploadOpened['data']> = z.object({
  attemptId: storedAttemptId,
  publishId: storedPublishId,
  upload: z
    .object({
      url: storedSealed,
      expiresAt: storedInstant,
      plan: z.object({ totalBytes: z.int().positive(), chunkBytes: z.int().positive(), count: z.int().positive() }),
    })
    .nullable(),
  logId: text,
  openedAt: storedInstant,
});

const chunkUploaded: z.ZodType<ChunkUploaded['data']> = z.object({ index: z.int().nonnegative(), bytesSent: z.int().positive(), uploadedAt: storedInstant });
const mediaDelivered: z.ZodType<MediaDelivered['data']> = z.object({ deliveredAt: storedInstant });

const processingObserved: z.ZodType<ProcessingObserved['data']> = z.object({
  status: z.string(),
  bytes: z.int().nonnegative().nullable(),
  by,
  observedAt: storedInstant,
});

const deliveredToInbox: z.ZodType<DeliveredToInbox['data']> = z.object({ by, deliveredAt: storedInstant });
const published: z.ZodType<Published['data']> = z.object({ postIds: z.array(storedPostId), by, publishedAt: storedInstant });
const postIdsLearned: z.ZodType<PostIdsLearned['data']> = z.object({ postIds: z.array(storedPostId).min(1), by, learnedAt: storedInstant });
const publishFailed: z.ZodType<PublishFailed['data']> = z.object({ reason: z.string(), retryable: z.boolean(), logId: text, failedAt: storedInstant });
const publicationCancelled: z.ZodType<PublicationCancelled['data']> = z.object({ cancelledAt: storedInstant });
const outcomeUnknown: z.ZodType<OutcomeUnknown['data']> = z.object({ reason: z.enum(unknownReasons), since: storedInstant });

export const publicationEventFormats: Readonly<Record<PublicationEvent['type'], EventFormat>> = {
  PublicationAccepted: eventFormat(1, publicationAccepted, (data) => ({ type: 'PublicationAccepted', data })),
  SourceFetched: eventFormat(1, sourceFetched, (data) => ({ type: 'SourceFetched', data })),
  PublicationDeferred: eventFormat(1, publicationDeferred, (data) => ({ type: 'PublicationDeferred', data })),
  UploadOpening: eventFormat(1, uploadOpening, (data) => ({ type: 'UploadOpening', data })),
  UploadOpened: eventFormat(1, uploadOpened, (data) => ({ type: 'UploadOpened', data })),
  ChunkUploaded: eventFormat(1, chunkUploaded, (data) => ({ type: 'ChunkUploaded', data })),
  MediaDelivered: eventFormat(1, mediaDelivered, (data) => ({ type: 'MediaDelivered', data })),
  ProcessingObserved: eventFormat(1, processingObserved, (data) => ({ type: 'ProcessingObserved', data })),
  DeliveredToInbox: eventFormat(1, deliveredToInbox, (data) => ({ type: 'DeliveredToInbox', data })),
  Published: eventFormat(1, published, (data) => ({ type: 'Published', data })),
  PostIdsLearned: eventFormat(1, postIdsLearned, (data) => ({ type: 'PostIdsLearned', data })),
  PublishFailed: eventFormat(1, publishFailed, (data) => ({ type: 'PublishFailed', data })),
  PublicationCancelled: eventFormat(1, publicationCancelled, (data) => ({ type: 'PublicationCancelled', data })),
  OutcomeUnknown: eventFormat(1, outcomeUnknown, (data) => ({ type: 'OutcomeUnknown', data })),
};
