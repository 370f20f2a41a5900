import type { SimulatedPost } from '../world/post.ts';
import type { PublishTask } from '../world/publish-task.ts';

const time = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

/** A post as the control endpoint tells of it: `bytes` and `sha256` are those of its video, or of its first photo. */
export const postOnWire = (post: SimulatedPost): unknown => ({
  id: post.id,
  publish_id: post.publishId,
  client_key: post.clientKey,
  account: post.accountId,
  kind: post.kind,
  mode: post.mode,
  title: post.title,
  description: post.description,
  privacy_level: post.privacyLevel,
  bytes: post.files[0]?.bytes ?? 0,
  sha256: post.files[0]?.sha256 ?? null,
  files: post.files,
  published_at: time(post.publishedAt),
  public_at: time(post.publicAt),
  is_public: post.isPublic,
});

/** A `publish_id` and what has become of it. */
export const taskOnWire = ({ transfer, post, ...task }: PublishTask): unknown => ({
  publish_id: task.publishId,
  client_key: task.clientKey,
  account: task.accountId,
  kind: task.kind,
  mode: task.mode,
  status: task.status,
  fail_reason: task.failReason,
  post_ids: task.postIds,
  created_at: time(task.createdAt),
  received_at: time(task.receivedAt),
  source: transfer.source,
  ...(transfer.source === 'FILE_UPLOAD'
    ? {
        video_size: transfer.size,
        chunk_size: transfer.chunkSize,
        total_chunk_count: transfer.chunkCount,
        uploaded_bytes: transfer.received,
        upload_expires_at: time(transfer.expiresAt),
      }
    : { urls: transfer.urls, downloaded_bytes: transfer.downloaded }),
  files: task.files,
  post_info: {
    title: post.title,
    description: post.description,
    privacy_level: post.privacyLevel,
    disable_comment: post.disableComment,
    disable_duet: post.disableDuet,
    disable_stitch: post.disableStitch,
    video_cover_timestamp_ms: post.coverTimestampMs,
    brand_content_toggle: post.brandContent,
    brand_organic_toggle: post.brandOrganic,
    is_aigc: post.isAigc,
    auto_add_music: post.autoAddMusic,
    photo_cover_index: post.photoCoverIndex,
  },
});
