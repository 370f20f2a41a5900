import { err, ok, type Result } from 'neverthrow';
import { z } from 'zod';
import type { Settings } from '../world/settings.ts';
import { caption } from './caption.ts';
import { chunkMistake } from './chunk-rules.ts';
import { noPostInfo, type Order } from './order.ts';
import { wordsFor } from './order-mistake.ts';

const positive = z.number().int().positive();
const toggle = z.boolean().nullish().transform((value) => value ?? false);

const sourceSchema = z.discriminatedUnion('source', [
  z.object({ source: z.literal('FILE_UPLOAD'), video_size: positive, chunk_size: positive, total_chunk_count: positive }),
  z.object({ source: z.literal('PULL_FROM_URL'), video_url: z.url({ protocol: /^https?$/ }) }),
]);

const title = caption(2_200);

const directSchema = z.object({
  post_info: z
    .object({
      privacy_level: z.string().nullish(),
      title,
      disable_comment: toggle,
      disable_duet: toggle,
      disable_stitch: toggle,
      /** An invalid one means the first frame, as none does. */
      video_cover_timestamp_ms: z.number().int().nonnegative().nullish().catch(null),
      brand_content_toggle: toggle,
      brand_organic_toggle: toggle,
      is_aigc: toggle,
    })
    .transform((info) => ({
      ...noPostInfo,
      privacyLevel: info.privacy_level ?? null,
      title: info.title,
      disableComment: info.disable_comment,
      disableDuet: info.disable_duet,
      disableStitch: info.disable_stitch,
      coverTimestampMs: info.video_cover_timestamp_ms ?? null,
      brandContent: info.brand_content_toggle,
      brandOrganic: info.brand_organic_toggle,
      isAigc: info.is_aigc,
    })),
  source_info: sourceSchema,
});

/** A draft's title was seen to be kept; every other setting is dropped in silence. */
const draftSchema = z.object({
  post_info: z
    .object({ title: z.string().max(2_200).nullish() })
    .nullish()
    .catch(null)
    .transform((info) => ({ ...noPostInfo, privacyLevel: null, title: info?.title ?? '' })),
  source_info: sourceSchema,
});

/** @returns or what is wrong with the body, in TikTok's words */
export function readVideoOrder(mode: Order['mode'], body: unknown, settings: Settings): Result<Order, string> {
  const parsed = mode === 'direct' ? directSchema.safeParse(body) : draftSchema.safeParse(body);
  if (!parsed.success) return err(wordsFor(parsed.error));
  const { post_info: { privacyLevel, ...post }, source_info: source } = parsed.data;
  const mistake = source.source === 'FILE_UPLOAD' ? chunkMistake(source, settings.publishing.megabyte) : null;
  if (mistake !== null) return err(mistake);
  return ok({
    kind: 'video',
    mode,
    privacyLevel,
    post,
    source: source.source === 'FILE_UPLOAD' ? source : { source: 'PULL_FROM_URL', urls: [source.video_url] },
  });
}
