import type { AttemptId, ConnectionId, MediaId, PostId, PublicationId, PublishId, UserId } from '../values/ids.ts';
import type { Instant } from '../values/instant.ts';
import type { Sealed } from '../values/sealed.ts';
import { chunksOfBytes, type ChunkPlan } from './chunk-plan.ts';
import type { PublicationEvent, UnknownReason } from './events.ts';
import type { PublishRequest } from './request.ts';

/** What is known of every publication. */
export type Accepted = Readonly<{
  publicationId: PublicationId;
  connectionId: ConnectionId;
  life: number;
  userId: UserId;
  request: PublishRequest;
  acceptedAt: Instant;
  /** The file to send; null while it must be fetched, and where TikTok fetches. */
  file: Readonly<{ mediaId: MediaId; bytes: number }> | null;
  /** The newest start, whatever came of it. */
  lastStart: Readonly<{ attemptId: AttemptId; at: Instant }> | null;
  /** Starts in a row that TikTok left undone. */
  failures: number;
}>;

/** To be sent from `notBefore` (null: at once). */
export type Waiting = Accepted & Readonly<{ status: 'waiting'; notBefore: Instant | null; reason: string | null }>;
/** One caller alone asks TikTok to begin. */
export type Opening = Accepted & Readonly<{ status: 'opening'; attemptId: AttemptId; deadline: Instant }>;

/** TikTok has begun. */
export type Begun = Accepted & Readonly<{ publishId: PublishId; openedAt: Instant; plan: ChunkPlan | null; chunksSent: number }>;

export type Uploading = Begun & Readonly<{ status: 'uploading'; uploadUrl: Sealed; urlExpiresAt: Instant; plan: ChunkPlan }>;
export type Processing = Begun & Readonly<{ status: 'processing'; observed: string | null; bytes: number | null; since: Instant }>;

/** Whether and how far TikTok had begun when it ended. */
export type Last = Accepted & Readonly<{ publishId: PublishId | null; openedAt: Instant | null; plan: ChunkPlan | null; chunksSent: number }>;

export type InInbox = Last & Readonly<{ status: 'delivered_to_inbox' }>;
export type PublishedPost = Last & Readonly<{ status: 'published'; postIds: readonly PostId[] }>;
export type FailedPublication = Last & Readonly<{ status: 'failed'; reason: string; retryable: boolean }>;
export type CancelledPublication = Last & Readonly<{ status: 'cancelled' }>;
export type UnknownOutcome = Last & Readonly<{ status: 'outcome_unknown'; reason: UnknownReason }>;

export type EndedPublication = InInbox | PublishedPost | FailedPublication | CancelledPublication | UnknownOutcome;

export type PublicationState = Readonly<{ status: 'none' }> | Waiting | Opening | Uploading | Processing | EndedPublication;

export const initial: PublicationState = { status: 'none' };

const acceptedOf = (state: Accepted): Accepted => {
  const { publicationId, connectionId, life, userId, request, acceptedAt, file, lastStart, failures } = state;
  return { publicationId, connectionId, life, userId, request, acceptedAt, file, lastStart, failures };
};

const lastOf = (state: Exclude<PublicationState, { status: 'none' }>): Last => {
  const known = acceptedOf(state);
  if (state.status === 'waiting' || state.status === 'opening') return { ...known, publishId: null, openedAt: null, plan: null, chunksSent: 0 };
  const { publishId, openedAt, plan, chunksSent } = state;
  return { ...known, publishId, openedAt, plan, chunksSent };
};

/** An id is one, however often TikTok names it. */
const together = (known: readonly PostId[], more: readonly PostId[]): readonly PostId[] => [...new Set([...known, ...more])];

const opened = (state: Accepted, { data }: Extract<PublicationEvent, { type: 'UploadOpened' }>): Uploading | Processing => {
  const { publishId, openedAt, upload } = data;
  const begun = { ...acceptedOf(state), publishId, openedAt, chunksSent: 0 };
  return upload === null
    ? { ...begun, status: 'processing', plan: null, observed: null, bytes: null, since: openedAt }
    : { ...begun, status: 'uploading', uploadUrl: upload.url, urlExpiresAt: upload.expiresAt, plan: upload.plan };
};

const processing = (state: Uploading | Processing | UnknownOutcome, since: Instant, observed: string | null, bytes: number | null): PublicationState => {
  const { publishId, openedAt, plan, chunksSent } = lastOf(state);
  if (publishId === null || openedAt === null) return state;
  return { ...acceptedOf(state), status: 'processing', publishId, openedAt, plan, chunksSent, observed, bytes, since };
};

/** Total: an event that does not fit the state (which our own history never holds) leaves it as it is. */
export const evolve = (state: PublicationState, event: PublicationEvent): PublicationState => {
  if (event.type === 'PublicationAccepted') {
    if (state.status !== 'none') return state;
    const { request, ...who } = event.data;
    const { source, scheduleAt } = request;
    const file = source.type === 'media' ? { mediaId: source.mediaId, bytes: source.bytes } : null;
    return { ...who, request, file, lastStart: null, failures: 0, status: 'waiting', notBefore: scheduleAt, reason: null };
  }
  if (state.status === 'none') return state;
  switch (event.type) {
    case 'SourceFetched':
      return { ...state, file: { mediaId: event.data.mediaId, bytes: event.data.bytes } };
    case 'PublicationDeferred': {
      const { notBefore, reason, failures } = event.data;
      return { ...acceptedOf(state), failures, status: 'waiting', notBefore, reason };
    }
    case 'UploadOpening': {
      const { attemptId, startedAt, deadline } = event.data;
      return { ...acceptedOf(state), status: 'opening', lastStart: { attemptId, at: startedAt }, attemptId, deadline };
    }
    case 'UploadOpened':
      return opened(state, event);
    case 'ChunkUploaded':
      return state.status === 'uploading' ? { ...state, chunksSent: chunksOfBytes(state.plan, event.data.bytesSent) } : state;
    case 'MediaDelivered':
      return state.status === 'uploading'
        ? processing({ ...state, chunksSent: state.plan.count }, event.data.deliveredAt, null, null)
        : state;
    case 'ProcessingObserved': {
      const { status, bytes } = event.data;
      return state.status === 'processing' ? processing(state, state.since, status, bytes) : state;
    }
    case 'DeliveredToInbox':
      return { ...lastOf(state), status: 'delivered_to_inbox' };
    case 'Published':
      return { ...lastOf(state), status: 'published', postIds: together([], event.data.postIds) };
    case 'PostIdsLearned':
      return state.status === 'published' ? { ...state, postIds: together(state.postIds, event.data.postIds) } : state;
    case 'PublishFailed':
      return { ...lastOf(state), status: 'failed', reason: event.data.reason, retryable: event.data.retryable };
    case 'PublicationCancelled':
      return { ...lastOf(state), status: 'cancelled' };
    case 'OutcomeUnknown':
      return { ...lastOf(state), status: 'outcome_unknown', reason: event.data.reason };
  }
};
