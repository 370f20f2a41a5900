import type { AttemptId, ConnectionId, MediaId, PostId, PublicationId, PublishId, UserId } from '../values/ids.ts';
import type { Instant } from '../values/instant.ts';
import type { Sealed } from '../values/sealed.ts';
import type { ChunkPlan } from './chunk-plan.ts';
import type { KnownBy, UnknownReason } from './events.ts';
import type { PublishRequest } from './request.ts';

export type Accept = Readonly<{
  type: 'Accept';
  publicationId: PublicationId;
  connectionId: ConnectionId;
  life: number;
  userId: UserId;
  request: PublishRequest;
  at: Instant;
}>;

export type RecordSource = Readonly<{ type: 'RecordSource'; mediaId: MediaId; bytes: number; at: Instant }>;

/** A quota or an outage is known before TikTok is asked. */
export type Defer = Readonly<{ type: 'Defer'; reason: string; notBefore: Instant; at: Instant }>;

/** Wants to ask TikTok to begin. Times are the database's, so that replicas agree on deadlines. */
export type OpenUpload = Readonly<{ type: 'OpenUpload'; attemptId: AttemptId; at: Instant }>;

export type RecordOpened = Readonly<{
  type: 'RecordOpened';
  attemptId: AttemptId;
  publishId: PublishId;
  upload: Readonly<{ url: Sealed; expiresAt: Instant; plan: ChunkPlan }> | null;
  logId: string | null;
  at: Instant;
}>;

export type OpeningOutcome =
  /** TikTok understood and will not, whatever is waited for. */
  | Readonly<{ kind: 'refused'; reason: string; retryable: boolean }>
  /** TikTok will later. */
  | Readonly<{ kind: 'wait'; reason: string; notBefore: Instant }>
  /** TikTok could not, and did nothing. */
  | Readonly<{ kind: 'transient'; reason: string }>
  /** No answer that can be understood. */
  | Readonly<{ kind: 'unclear' }>;

export type RecordOpeningFailure = Readonly<{
  type: 'RecordOpeningFailure';
  attemptId: AttemptId;
  outcome: OpeningOutcome;
  code: string | null;
  logId: string | null;
  at: Instant;
}>;

/** TikTok acknowledged so many chunks, in order. */
export type RecordChunks = Readonly<{ type: 'RecordChunks'; acknowledged: number; at: Instant }>;

/** What TikTok says of a `publish_id`, by asking or by webhook. */
export type Observation =
  | Readonly<{ kind: 'processing'; status: string; bytes: number | null }>
  | Readonly<{ kind: 'inbox' }>
  | Readonly<{ kind: 'complete'; postIds: readonly PostId[] }>
  | Readonly<{ kind: 'failed'; reason: string }>;

export type Observe = Readonly<{
  type: 'Observe';
  publishId: PublishId;
  observation: Observation;
  by: KnownBy;
  logId: string | null;
  at: Instant;
}>;

/**
 * Ends a publication that TikTok does not have. `bytesMissing`: TikTok's own status has just shown that it lacks bytes and
 * that its upload address takes no more of them.
 */
export type Fail = Readonly<{
  type: 'Fail';
  reason: string;
  retryable: boolean;
  bytesMissing: boolean;
  logId: string | null;
  at: Instant;
}>;

/** TikTok has it, and can no longer be asked or never ends. */
export type GiveUp = Readonly<{ type: 'GiveUp'; reason: Exclude<UnknownReason, 'opening_unanswered'>; at: Instant }>;

/** `confirmed`: TikTok itself has cancelled its download. */
export type Cancel = Readonly<{ type: 'Cancel'; confirmed: boolean; at: Instant }>;

/** A recent post of the account, and no other, can be what a start without an answer became. */
export type Recognize = Readonly<{ type: 'Recognize'; postId: PostId; at: Instant }>;

export type Resolve = Readonly<{
  type: 'Resolve';
  outcome: Readonly<{ kind: 'published'; postIds: readonly PostId[] }> | Readonly<{ kind: 'not_published' }>;
  at: Instant;
}>;

export type PublicationCommand =
  | Accept
  | RecordSource
  | Defer
  | OpenUpload
  | RecordOpened
  | RecordOpeningFailure
  | RecordChunks
  | Observe
  | Fail
  | GiveUp
  | Cancel
  | Recognize
  | Resolve;
