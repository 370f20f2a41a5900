import type { AttemptId, MediaId, PostId, PublishId } from '../values/ids.ts';
import type { ConnectionId, PublicationId, UserId } from '../values/ids.ts';
import type { Instant } from '../values/instant.ts';
import type { Sealed } from '../values/sealed.ts';
import type { ChunkPlan } from './chunk-plan.ts';
import type { PublishRequest } from './request.ts';

// Names and fields of these events are the storage format: they only ever grow.

export type PublicationAccepted = Readonly<{
  type: 'PublicationAccepted';
  data: Readonly<{
    publicationId: PublicationId;
    connectionId: ConnectionId;
    /** Of the connection: the publication may be sent only while it lasts. */
    life: number;
    userId: UserId;
    request: PublishRequest;
    acceptedAt: Instant;
  }>;
}>;

/** Where the file came from an address: it is here now, and sent from here. */
export type SourceFetched = Readonly<{
  type: 'SourceFetched';
  data: Readonly<{ mediaId: MediaId; bytes: number; fetchedAt: Instant }>;
}>;

/** It has to wait, and nothing is lost: a quota, TikTok's own limits, an outage, or a start that had no answer and no effect. */
export type PublicationDeferred = Readonly<{
  type: 'PublicationDeferred';
  data: Readonly<{
    /** The start that ended this way, where one had begun. */
    attemptId: AttemptId | null;
    reason: string;
    /** Starts in a row that TikTok left undone, this one included; 0 where none had begun. */
    failures: number;
    code: string | null;
    logId: string | null;
    notBefore: Instant;
    deferredAt: Instant;
  }>;
}>;

/** Written before TikTok is asked to begin: whoever writes it is the only one to ask until `deadline` (the database's clock). */
export type UploadOpening = Readonly<{
  type: 'UploadOpening';
  data: Readonly<{ attemptId: AttemptId; startedAt: Instant; deadline: Instant }>;
}>;

/** TikTok has begun: from here on this upload is continued or watched, never begun again. */
export type UploadOpened = Readonly<{
  type: 'UploadOpened';
  data: Readonly<{
    attemptId: AttemptId;
    publishId: PublishId;
    /** What we send; null where TikTok fetches. */
    upload: Readonly<{ url: Sealed; expiresAt: Instant; plan: ChunkPlan }> | null;
    logId: string | null;
    openedAt: Instant;
  }>;
}>;

export type ChunkUploaded = Readonly<{
  type: 'ChunkUploaded';
  data: Readonly<{ index: number; bytesSent: number; uploadedAt: Instant }>;
}>;

/** TikTok has every byte. */
export type MediaDelivered = Readonly<{ type: 'MediaDelivered'; data: Readonly<{ deliveredAt: Instant }> }>;

/** How we know: by asking, or from TikTok's webhook; `operator` where a person decided. */
export const knownBy = ['status', 'webhook', 'recent_posts', 'operator'] as const;
export type KnownBy = (typeof knownBy)[number];

export type ProcessingObserved = Readonly<{
  type: 'ProcessingObserved';
  data: Readonly<{ status: string; bytes: number | null; by: KnownBy; observedAt: Instant }>;
}>;

export type DeliveredToInbox = Readonly<{
  type: 'DeliveredToInbox';
  data: Readonly<{ by: KnownBy; deliveredAt: Instant }>;
}>;

export type Published = Readonly<{
  type: 'Published';
  /** Post ids come only for public posts, and often later. */
  data: Readonly<{ postIds: readonly PostId[]; by: KnownBy; publishedAt: Instant }>;
}>;

export type PostIdsLearned = Readonly<{
  type: 'PostIdsLearned';
  data: Readonly<{ postIds: readonly PostId[]; by: KnownBy; learnedAt: Instant }>;
}>;

export type PublishFailed = Readonly<{
  type: 'PublishFailed';
  data: Readonly<{
    /** TikTok's `fail_reason` or error code, or ours. */
    reason: string;
    /** The same request may succeed, and cannot make a second post. */
    retryable: boolean;
    logId: string | null;
    failedAt: Instant;
  }>;
}>;

export type PublicationCancelled = Readonly<{ type: 'PublicationCancelled'; data: Readonly<{ cancelledAt: Instant }> }>;

export const unknownReasons = ['opening_unanswered', 'cannot_be_asked', 'processing_never_ended'] as const;
export type UnknownReason = (typeof unknownReasons)[number];

/** Whether there is a post cannot be known now; nothing is sent again. */
export type OutcomeUnknown = Readonly<{
  type: 'OutcomeUnknown';
  data: Readonly<{ reason: UnknownReason; since: Instant }>;
}>;

export type PublicationEvent =
  | PublicationAccepted
  | SourceFetched
  | PublicationDeferred
  | UploadOpening
  | UploadOpened
  | ChunkUploaded
  | MediaDelivered
  | ProcessingObserved
  | DeliveredToInbox
  | Published
  | PostIdsLearned
  | PublishFailed
  | PublicationCancelled
  | OutcomeUnknown;
