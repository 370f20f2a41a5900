import type { ResultAsync } from 'neverthrow';
import type { Secret } from '../../domain/values/secret.ts';
import type { TikTokFailure } from './tiktok.ts';

/** One public video of the account. Fields as TikTok names them; null where TikTok gives none. */
export type TikTokVideo = Readonly<{
  /** 19 digits. */
  id: string;
  title: string | null;
  video_description: string | null;
  /** Seconds since 1970, UTC. */
  create_time: number | null;
  /** Signed by TikTok, for six hours. */
  cover_image_url: string | null;
  share_url: string | null;
  /** Seconds. */
  duration: number | null;
  /** Pixels. */
  height: number | null;
  width: number | null;
  like_count: number | null;
  comment_count: number | null;
  share_count: number | null;
  view_count: number | null;
}>;

export type TikTokVideoPage = Readonly<{
  /** Newest first. */
  videos: readonly TikTokVideo[];
  /** Milliseconds since 1970: the next page holds what is older. Null on the last page. */
  nextCursor: number | null;
  logId: string | null;
}>;

/** How many videos TikTok gives at once, at most. */
export const mostVideosAtOnce = 20;

export interface TikTokVideos {
  /**
   * The account's public videos; needs the scope `video.list`.
   * @param cursor of the page before, null for the first
   * @param limit 1 to `mostVideosAtOnce`
   */
  list(accessToken: Secret<string>, cursor: number | null, limit: number): ResultAsync<TikTokVideoPage, TikTokFailure>;
}
