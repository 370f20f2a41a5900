import { z } from 'zod';
import type { CreatorInfo } from '../../../application/ports/tiktok-publishing.ts';
import { privacyLevels } from '../../../domain/publication/request.ts';

export const creatorSchema = z
  .strictObject({
    creator_avatar_url: z.string().nullable().describe('Signed by TikTok, for two hours.'),
    creator_username: z.string().nullable(),
    creator_nickname: z.string().nullable().describe('To be shown on every posting page.'),
    privacy_level_options: z.array(z.enum(privacyLevels)),
    comment_disabled: z.boolean(),
    duet_disabled: z.boolean(),
    stitch_disabled: z.boolean(),
    max_video_post_duration_sec: z.int(),
    cannot_post: z
      .strictObject({ code: z.string(), message: z.string(), log_id: z.string().nullable() })
      .nullable()
      .describe("TikTok's words where this creator may not post now."),
  })
  .meta({ id: 'CreatorInfo', description: "TikTok's creator info, under TikTok's own names." });

export const creatorBody = ({ username, nickname, avatarUrl, options, cannotPost }: CreatorInfo): z.infer<typeof creatorSchema> => ({
  creator_avatar_url: avatarUrl,
  creator_username: username,
  creator_nickname: nickname,
  privacy_level_options: [...options.privacyLevels],
  comment_disabled: options.commentDisabled,
  duet_disabled: options.duetDisabled,
  stitch_disabled: options.stitchDisabled,
  max_video_post_duration_sec: options.maxVideoSeconds,
  cannot_post: cannotPost === null ? null : { code: cannotPost.code, message: cannotPost.message, log_id: cannotPost.logId },
});
