import { z } from 'zod';
import { privacyLevels, receivedFileSchema } from './post.ts';

const ms = z.number().int();
const count = z.number().int().nonnegative();

/** TikTok's complete documented list. */
export const failReasons = [
  'file_format_check_failed',
  'duration_check_failed',
  'frame_rate_check_failed',
  'picture_size_check_failed',
  'internal',
  'video_pull_failed',
  'photo_pull_failed',
  'publish_cancelled',
  'auth_removed',
  'spam_risk_too_many_posts',
  'spam_risk_user_banned_from_posting',
  'spam_risk_text',
  'spam_risk',
] as const;
export type FailReason = (typeof failReasons)[number];

/** What the app asked for, with TikTok's defaults for what it left out. */
export const postInfoSchema = z.object({
  title: z.string(),
  description: z.string(),
  /** Null for drafts: the person chooses in the TikTok app. */
  privacyLevel: z.enum(privacyLevels).nullable(),
  disableComment: z.boolean(),
  disableDuet: z.boolean(),
  disableStitch: z.boolean(),
  coverTimestampMs: z.number().int().nullable(),
  brandContent: z.boolean(),
  brandOrganic: z.boolean(),
  isAigc: z.boolean(),
  autoAddMusic: z.boolean(),
  photoCoverIndex: z.number().int().nullable(),
});
export type PostInfo = z.infer<typeof postInfoSchema>;

const uploadSchema = z.object({
  source: z.literal('FILE_UPLOAD'),
  uploadId: z.string(),
  uploadToken: z.string(),
  size: count,
  chunkSize: count,
  chunkCount: count,
  /** Bytes of the chunks that are stored. */
  received: count,
  expiresAt: ms,
});
export type Upload = z.infer<typeof uploadSchema>;

const pullSchema = z.object({ source: z.literal('PULL_FROM_URL'), urls: z.array(z.string()), downloaded: count });
export type Pull = z.infer<typeof pullSchema>;

/** One `publish_id` and what has become of it. */
export const publishTaskSchema = z.object({
  publishId: z.string(),
  clientKey: z.string(),
  accountId: z.string(),
  openId: z.string(),
  generation: z.number().int().positive(),
  kind: z.enum(['video', 'photo']),
  mode: z.enum(['direct', 'inbox']),
  createdAt: ms,
  post: postInfoSchema,
  transfer: z.discriminatedUnion('source', [uploadSchema, pullSchema]),
  /** What arrived, once all of it has. */
  files: z.array(receivedFileSchema),
  /** When all of it is here, which may lie ahead: a pull takes its time. */
  receivedAt: ms.nullable(),
  /** How it is going to fare. */
  fate: z.object({
    failReason: z.enum(failReasons).nullable(),
    isStuck: z.boolean(),
    downloadMs: count,
    processingMs: count,
    moderationMs: count.nullable(),
  }),
  status: z.enum(['PROCESSING_UPLOAD', 'PROCESSING_DOWNLOAD', 'SEND_TO_USER_INBOX', 'PUBLISH_COMPLETE', 'FAILED']),
  failReason: z.enum(failReasons).nullable(),
  postIds: z.array(z.string()),
});
export type PublishTask = z.infer<typeof publishTaskSchema>;
export type Fate = PublishTask['fate'];
