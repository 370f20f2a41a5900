import { coverUrl } from '../images/cover.ts';
import type { Call } from '../wire/call.ts';
import type { Simulation } from '../wire/endpoint.ts';
import type { SimulatedVideo } from '../world/account.ts';
import type { Visitor } from './visitor.ts';

const names = new Set([
  'id',
  'create_time',
  'cover_image_url',
  'share_url',
  'video_description',
  'title',
  'duration',
  'height',
  'width',
  'embed_html',
  'embed_link',
  'like_count',
  'comment_count',
  'share_count',
  'view_count',
]);

export const isVideoField = (name: string): boolean => names.has(name);

export function videoFields(
  simulation: Simulation,
  call: Call,
  { access, account }: Visitor,
  video: SimulatedVideo,
): Readonly<Record<string, unknown>> {
  const page = `https://www.tiktok.com/@${account.username}/video/${video.id}`;
  const source = `utm_campaign=tt4d_open_api&utm_source=${access.grant.clientKey}`;
  const embedLink = `https://www.tiktok.com/player/v1/${video.id}?${source}`;
  return {
    id: video.id,
    create_time: video.createTime,
    cover_image_url: coverUrl(simulation, call, video.id),
    share_url: `${page}?${source}`,
    video_description: video.description,
    title: video.title,
    duration: video.durationSeconds,
    height: video.height,
    width: video.width,
    embed_html: `<blockquote class="tiktok-embed" cite="${page}" data-video-id="${video.id}"><section></section></blockquote>`,
    embed_link: embedLink,
    like_count: video.likeCount,
    comment_count: video.commentCount,
    share_count: video.shareCount,
    view_count: video.viewCount,
  };
}
