import { transferOf, type PublishRequest } from '../../domain/publication/request.ts';
import type { ConnectionId, PostId, PublicationId, PublishId, UserId } from '../../domain/values/ids.ts';
import type { Instant } from '../../domain/values/instant.ts';
import type { Sealed } from '../../domain/values/sealed.ts';
import { isPublicationEvent } from '../execution/aggregate.ts';
import type { RecordedEvent } from '../ports/event-store.ts';
import type { PublicationStatus, PublicationView } from './publication-view.ts';

/** A publication as the read side keeps it: what callers see, its words still sealed. */
export type PublicationRecord = Readonly<{
  id: PublicationId;
  connectionId: ConnectionId;
  life: number;
  userId: UserId;
  kind: PublishRequest['kind'];
  transfer: 'upload' | 'pull';
  content: Sealed;
  status: PublicationStatus;
  statusReason: string | null;
  retryable: boolean;
  publishId: PublishId | null;
  /** TikTok was asked to begin, and its `publish_id` is not known: perhaps never, also where the end is. */
  unanswered: boolean;
  postIds: readonly PostId[];
  bytesSent: number;
  /** Null where TikTok fetches, and until a file was fetched. */
  bytesTotal: number | null;
  notBefore: Instant | null;
  createdAt: Instant;
  updatedAt: Instant;
  revision: number;
}>;

type Told = Pick<RecordedEvent, 'event' | 'occurredAt' | 'revision'>;

/** Folds one event into the record; null before the first event. Total and pure: projection and replay both use it. */
export const evolvePublicationRecord = (record: PublicationRecord | null, { event, occurredAt, revision }: Told): PublicationRecord | null => {
  if (!isPublicationEvent(event)) return record;
  if (event.type === 'PublicationAccepted') {
    const { publicationId, connectionId, life, userId, request, acceptedAt } = event.data;
    const { kind, content, source, scheduleAt } = request;
    return {
      id: publicationId,
      ...{ connectionId, life, userId, kind, content },
      transfer: transferOf(request),
      status: scheduleAt === null ? 'queued' : 'scheduled',
      ...{ statusReason: null, retryable: false, publishId: null, unanswered: false, postIds: [], bytesSent: 0 },
      bytesTotal: source.type === 'media' ? source.bytes : null,
      notBefore: scheduleAt,
      ...{ createdAt: acceptedAt, updatedAt: occurredAt, revision },
    };
  }
  if (record === null) return null;
  const touched: PublicationRecord = { ...record, updatedAt: occurredAt, revision };
  const turned = (status: PublicationStatus, statusReason: string | null = null): PublicationRecord => ({
    ...touched,
    status,
    statusReason,
    notBefore: null,
    retryable: false,
  });
  switch (event.type) {
    case 'SourceFetched':
      return { ...touched, bytesTotal: event.data.bytes };
    case 'PublicationDeferred':
      return { ...turned('queued', event.data.reason), notBefore: event.data.notBefore, unanswered: false };
    case 'UploadOpening':
      return { ...turned('queued'), unanswered: true };
    case 'UploadOpened': {
      const { publishId, upload } = event.data;
      const status = upload === null ? 'processing' : 'uploading';
      return { ...turned(status), publishId, unanswered: false, bytesTotal: upload === null ? record.bytesTotal : upload.plan.totalBytes };
    }
    case 'ChunkUploaded':
      return { ...touched, bytesSent: event.data.bytesSent };
    case 'MediaDelivered':
      return { ...turned('processing'), bytesSent: record.bytesTotal ?? record.bytesSent };
    case 'ProcessingObserved':
      return touched;
    case 'DeliveredToInbox':
      return turned('delivered_to_inbox');
    case 'Published':
      return { ...turned('published'), postIds: event.data.postIds };
    case 'PostIdsLearned':
      return { ...touched, postIds: [...record.postIds, ...event.data.postIds] };
    case 'PublishFailed':
      // An operator's word ends it; what TikTok calls it stays unknown.
      return { ...turned('failed', event.data.reason), retryable: event.data.retryable, unanswered: record.unanswered && record.status === 'outcome_unknown' };
    case 'PublicationCancelled':
      return { ...turned('cancelled'), unanswered: false };
    case 'OutcomeUnknown':
      return turned('outcome_unknown', event.data.reason);
  }
};

/** TikTok returns no address of a post; it follows from the creator's name and the post's id. */
const shareUrl = (username: string, kind: PublicationRecord['kind'], id: PostId): string =>
  `https://www.tiktok.com/@${encodeURIComponent(username)}/${kind}/${id}`;

/** @param username of the creator, without `@`; null where it is not known, or was erased */
export const publicationView = (record: PublicationRecord, username: string | null): PublicationView => {
  const { id, connectionId, userId, status, statusReason, retryable, publishId, postIds, notBefore, createdAt, updatedAt, revision } = record;
  const shareUrls = username === null ? [] : postIds.map((post) => shareUrl(username, record.kind, post));
  const progress = record.bytesTotal === null ? null : { bytesSent: record.bytesSent, bytesTotal: record.bytesTotal };
  return { id, connectionId, userId, status, statusReason, retryable, publishId, postIds, shareUrls, progress, notBefore, createdAt, updatedAt, revision };
};
