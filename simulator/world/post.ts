import { z } from 'zod';

const ms = z.number().int();

/** A file as it arrived; the digest is null where the simulator was started anew while it came. */
export const receivedFileSchema = z.object({ bytes: z.number().int(), sha256: z.string().nullable() });
export type ReceivedFile = z.infer<typeof receivedFileSchema>;

export const privacyLevels = ['PUBLIC_TO_EVERYONE', 'MUTUAL_FOLLOW_FRIENDS', 'FOLLOWER_OF_CREATOR', 'SELF_ONLY'] as const;

/** What stands on the simulated TikTok because an app published it. */
export const postSchema = z.object({
  /** 19 digits. */
  id: z.string(),
  publishId: z.string(),
  clientKey: z.string(),
  accountId: z.string(),
  kind: z.enum(['video', 'photo']),
  mode: z.enum(['direct', 'inbox']),
  title: z.string(),
  description: z.string(),
  privacyLevel: z.enum(privacyLevels),
  files: z.array(receivedFileSchema),
  publishedAt: ms,
  /** When moderation lets it become public; null: never. */
  publicAt: ms.nullable(),
  isPublic: z.boolean(),
});
export type SimulatedPost = z.infer<typeof postSchema>;
