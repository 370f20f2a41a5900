import type { PhotoStart, VideoStart } from '../../application/ports/tiktok-publishing.ts';
import type { Secret } from '../../domain/values/secret.ts';
import { jsonRequest, type TikTokRequest } from './request.ts';

type Body = Readonly<Record<string, unknown>>;

/** TikTok wants off what was not switched on. What is undefined is not sent. */
const directVideoInfo = ({ title, settings }: VideoStart): Body => ({
  title,
  privacy_level: settings.privacyLevel ?? undefined,
  disable_comment: !settings.allowComment,
  disable_duet: !settings.allowDuet,
  disable_stitch: !settings.allowStitch,
  video_cover_timestamp_ms: settings.coverTimestampMillis ?? undefined,
  brand_content_toggle: settings.brandContent,
  brand_organic_toggle: settings.brandOrganic,
  is_aigc: settings.isAiGenerated,
});

const videoSource = ({ source }: VideoStart): Body => {
  if (source.kind === 'pull') return { source: 'PULL_FROM_URL', video_url: source.url.reveal() };
  const { totalBytes, chunkBytes, count } = source.plan;
  return { source: 'FILE_UPLOAD', video_size: totalBytes, chunk_size: chunkBytes, total_chunk_count: count };
};

/** A draft is given its settings by the person, in TikTok's app. Its title is kept or ignored there. */
const videoRequest = (accessToken: Secret<string>, start: VideoStart): TikTokRequest => {
  const isDirect = start.mode === 'direct';
  const path = isDirect ? '/v2/post/publish/video/init/' : '/v2/post/publish/inbox/video/init/';
  const postInfo = isDirect ? directVideoInfo(start) : { title: start.title };
  const isSaid = isDirect || start.title !== '';
  const body = { ...(isSaid ? { post_info: postInfo } : {}), source_info: videoSource(start) };
  return jsonRequest(path, accessToken, body, start.source.kind === 'pull' ? [start.source.url] : []);
};

const photoWords = ({ title, description }: PhotoStart): Body => ({ title, description: description ?? undefined });

const directPhotoInfo = (start: PhotoStart): Body => ({
  ...photoWords(start),
  privacy_level: start.settings.privacyLevel ?? undefined,
  disable_comment: !start.settings.allowComment,
  auto_add_music: start.settings.autoAddMusic,
  brand_content_toggle: start.settings.brandContent,
  brand_organic_toggle: start.settings.brandOrganic,
});

/** For photos `is_aigc` stands at the root, and for direct posts only (photo post reference, 2026-09). */
const photoRequest = (accessToken: Secret<string>, start: PhotoStart): TikTokRequest => {
  const { urls, coverIndex, settings, mode } = start;
  const source = { source: 'PULL_FROM_URL', photo_cover_index: coverIndex, photo_images: urls.map((url) => url.reveal()) };
  const body =
    mode === 'direct'
      ? { media_type: 'PHOTO', post_mode: 'DIRECT_POST', is_aigc: settings.isAiGenerated, post_info: directPhotoInfo(start), source_info: source }
      : { media_type: 'PHOTO', post_mode: 'MEDIA_UPLOAD', post_info: photoWords(start), source_info: source };
  return jsonRequest('/v2/post/publish/content/init/', accessToken, body, urls);
};

export const startRequest = (accessToken: Secret<string>, start: VideoStart | PhotoStart): TikTokRequest =>
  start.kind === 'video' ? videoRequest(accessToken, start) : photoRequest(accessToken, start);
