import type { PublicationEvent } from '../../domain/publication/events.ts';
import type { PublishRequest } from '../../domain/publication/request.ts';
import type { SealedMark, Shown } from './shown-data.ts';

type EventType = PublicationEvent['type'];
type DataOf<Type extends EventType> = Extract<PublicationEvent, { readonly type: Type }>['data'];

export type PublicationRedactors = { readonly [Type in EventType]: (data: DataOf<Type>, mark: SealedMark) => Shown<DataOf<Type>> };

const shownSource = ({ source }: PublishRequest): Shown<PublishRequest>['source'] => {
  switch (source.type) {
    case 'media':
      return { type: source.type, media_id: source.mediaId, bytes: source.bytes };
    case 'fetched_url':
    case 'pulled_url':
      return { type: source.type };
    case 'photos':
      return { type: source.type, count: source.count, cover_index: source.coverIndex };
  }
};

/** A request to publish as an auditor sees it: every choice, and no word of the post. */
export const shownRequest = (request: PublishRequest, mark: SealedMark): Shown<PublishRequest> => ({
  kind: request.kind,
  mode: request.mode,
  settings: {
    privacy_level: request.settings.privacyLevel,
    allow_comment: request.settings.allowComment,
    allow_duet: request.settings.allowDuet,
    allow_stitch: request.settings.allowStitch,
    cover_timestamp_millis: request.settings.coverTimestampMillis,
    brand_organic: request.settings.brandOrganic,
    brand_content: request.settings.brandContent,
    is_ai_generated: request.settings.isAiGenerated,
    auto_add_music: request.settings.autoAddMusic,
  },
  source: shownSource(request),
  content: mark,
  consent:
    request.consent === null
      ? null
      : {
          confirmed_at: request.consent.confirmedAt,
          music_usage: request.consent.musicUsage,
          branded_content_policy: request.consent.brandedContentPolicy,
        },
  creator:
    request.creator === null
      ? null
      : {
          privacy_levels: request.creator.privacyLevels,
          comment_disabled: request.creator.commentDisabled,
          duet_disabled: request.creator.duetDisabled,
          stitch_disabled: request.creator.stitchDisabled,
          max_video_seconds: request.creator.maxVideoSeconds,
        },
  schedule_at: request.scheduleAt,
  retry_of: request.retryOf,
});

/** Field by field, never by copying, as for connections. */
export const publicationRedactors: PublicationRedactors = {
  PublicationAccepted: (data, mark) => ({
    publication_id: data.publicationId,
    connection_id: data.connectionId,
    life: data.life,
    user_id: data.userId,
    request: shownRequest(data.request, mark),
    accepted_at: data.acceptedAt,
  }),
  SourceFetched: (data) => ({ media_id: data.mediaId, bytes: data.bytes, fetched_at: data.fetchedAt }),
  PublicationDeferred: (data) => ({
    attempt_id: data.attemptId,
    reason: data.reason,
    failures: data.failures,
    code: data.code,
    log_id: data.logId,
    not_before: data.notBefore,
    deferred_at: data.deferredAt,
  }),
  UploadOpening: (data) => ({ attempt_id: data.attemptId, started_at: data.startedAt, deadline: data.deadline }),
  UploadOpened: (data, mark) => ({
    attempt_id: data.attemptId,
    publish_id: data.publishId,
    upload:
      data.upload === null
        ? null
        : {
            url: mark,
            expires_at: data.upload.expiresAt,
            plan: { total_bytes: data.upload.plan.totalBytes, chunk_bytes: data.upload.plan.chunkBytes, count: data.upload.plan.count },
          },
    log_id: data.logId,
    opened_at: data.openedAt,
  }),
  ChunkUploaded: (data) => ({ index: data.index, bytes_sent: data.bytesSent, uploaded_at: data.uploadedAt }),
  MediaDelivered: (data) => ({ delivered_at: data.deliveredAt }),
  ProcessingObserved: (data) => ({ status: data.status, bytes: data.bytes, by: data.by, observed_at: data.observedAt }),
  DeliveredToInbox: (data) => ({ by: data.by, delivered_at: data.deliveredAt }),
  Published: (data) => ({ post_ids: data.postIds, by: data.by, published_at: data.publishedAt }),
  PostIdsLearned: (data) => ({ post_ids: data.postIds, by: data.by, learned_at: data.learnedAt }),
  PublishFailed: (data) => ({ reason: data.reason, retryable: data.retryable, log_id: data.logId, failed_at: data.failedAt }),
  PublicationCancelled: (data) => ({ cancelled_at: data.cancelledAt }),
  OutcomeUnknown: (data) => ({ reason: data.reason, since: data.since }),
};
