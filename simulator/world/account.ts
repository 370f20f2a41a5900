import { z } from 'zod';

const count = z.number().int().nonnegative();

export const simulatedVideoSchema = z.strictObject({
  /** 19 digits. */
  id: z.string().regex(/^\d{19}$/),
  title: z.string().max(150),
  description: z.string().max(150).default(''),
  /** UTC seconds. */
  createTime: count,
  durationSeconds: count.default(15),
  width: count.default(720),
  height: count.default(1280),
  likeCount: count.default(0),
  commentCount: count.default(0),
  shareCount: count.default(0),
  viewCount: count.default(0),
  /** The Display API shows public videos only. */
  isPublic: z.boolean().default(true),
});
export type SimulatedVideo = z.infer<typeof simulatedVideoSchema>;

/** What TikTok lets this person do, and what the person has switched off. */
export const postingSchema = z.strictObject({
  isPrivate: z.boolean().default(false),
  commentDisabled: z.boolean().default(false),
  duetDisabled: z.boolean().default(false),
  stitchDisabled: z.boolean().default(false),
  maxVideoSeconds: count.default(600),
  isBanned: z.boolean().default(false),
  /** Direct posts through the API in 24 hours, those of all apps together. */
  dailyPostCap: count.default(15),
  /** Posts of the last 24 hours that came from elsewhere and count towards the cap. */
  postsElsewhere: count.default(0),
  /** Version of TikTok's own app on the person's phone. */
  appVersion: z
    .string()
    .regex(/^\d+(\.\d+)*$/)
    .default('41.2.0'),
});

/** A person on the simulated TikTok. */
export const simulatedAccountSchema = z.strictObject({
  /** How the control endpoint and the consent page name the account; open_id is derived from it. */
  id: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/),
  username: z.string().min(1),
  displayName: z.string(),
  bio: z.string().default(''),
  isVerified: z.boolean().default(false),
  followerCount: count.default(0),
  followingCount: count.default(0),
  likesCount: count.default(0),
  /** Goes up when the person changes the picture; it is part of the avatar's path. */
  avatarVersion: count.default(1),
  videos: z.array(simulatedVideoSchema).default([]),
  posting: postingSchema.prefault({}),
});
export type SimulatedAccount = z.infer<typeof simulatedAccountSchema>;
