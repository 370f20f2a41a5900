import { z } from 'zod';
import type { TikTokVideo } from '../../../application/ports/tiktok-videos.ts';
import { instantOfSeconds } from '../../../domain/values/instant.ts';

const count = z.number().min(0).nullable();

const videoSchema = z
  .strictObject({
    id: z.string().describe('19 digits.'),
    title: z.string().nullable(),
    video_description: z.string().nullable(),
    create_time: z.iso.datetime().nullable().describe('RFC 3339, UTC; TikTok tells seconds.'),
    cover_image_url: z.string().nullable().describe('Signed by TikTok, for six hours.'),
    share_url: z.string().nullable(),
    duration: z.number().nullable().describe('Seconds.'),
    height: z.number().nullable(),
    width: z.number().nullable(),
    like_count: count,
    comment_count: count,
    share_count: count,
    view_count: count,
  })
  .meta({ id: 'Video', description: "A public video of the account, under TikTok's own names, `create_time` written as every time here; null where TikTok gives none." });

export const videoPageSchema = z
  .strictObject({ data: z.array(videoSchema), next_cursor: z.string().nullable().describe('Null on the last page.') })
  .meta({ id: 'VideoPage' });

export const videoBody = (video: TikTokVideo): z.infer<typeof videoSchema> => ({
  id: video.id,
  title: video.title,
  video_description: video.video_description,
  create_time: video.create_time === null ? null : instantOfSeconds(video.create_time),
  cover_image_url: video.cover_image_url,
  share_url: video.share_url,
  duration: video.duration,
  height: video.height,
  width: video.width,
  like_count: video.like_count,
  comment_count: video.comment_count,
  share_count: video.share_count,
  view_count: video.view_count,
});
