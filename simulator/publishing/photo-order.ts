import { err, ok, type Result } from 'neverthrow';
import { z } from 'zod';
import { caption } from './caption.ts';
import { noPostInfo, type Order } from './order.ts';
import { wordsFor } from './order-mistake.ts';

const toggle = z.boolean().nullish().transform((value) => value ?? false);

const bodySchema = z.object({
  media_type: z.literal('PHOTO'),
  post_mode: z.enum(['DIRECT_POST', 'MEDIA_UPLOAD']),
  is_aigc: toggle,
  post_info: z.object({
    title: caption(90),
    description: caption(4_000),
    privacy_level: z.string().nullish(),
    disable_comment: toggle,
    auto_add_music: toggle,
    brand_content_toggle: toggle,
    brand_organic_toggle: toggle,
  }),
  source_info: z
    .object({
      source: z.literal('PULL_FROM_URL'),
      photo_images: z.array(z.url({ protocol: /^https?$/ })).min(1).max(35),
      photo_cover_index: z.number().int().nonnegative(),
    })
    .refine(({ photo_images, photo_cover_index }) => photo_cover_index < photo_images.length),
});

/** Which of the two ways a body asks for, however wrong the rest of it is. */
export function photoModeOf(body: unknown): Order['mode'] {
  return z.object({ post_mode: z.literal('MEDIA_UPLOAD') }).safeParse(body).success ? 'inbox' : 'direct';
}

/** @returns or what is wrong with the body, in TikTok's words */
export function readPhotoOrder(body: unknown): Result<Order, string> {
  const parsed = bodySchema.safeParse(body);
  if (!parsed.success) return err(wordsFor(parsed.error));
  const { post_info: info, source_info: source, post_mode, is_aigc } = parsed.data;
  const isDirect = post_mode === 'DIRECT_POST';
  return ok({
    kind: 'photo',
    mode: isDirect ? 'direct' : 'inbox',
    privacyLevel: isDirect ? (info.privacy_level ?? null) : null,
    post: {
      ...noPostInfo,
      title: info.title,
      description: info.description,
      disableComment: isDirect && info.disable_comment,
      autoAddMusic: isDirect && info.auto_add_music,
      brandContent: isDirect && info.brand_content_toggle,
      brandOrganic: isDirect && info.brand_organic_toggle,
      isAigc: is_aigc,
      photoCoverIndex: source.photo_cover_index,
    },
    source: { source: 'PULL_FROM_URL', urls: source.photo_images },
  });
}
