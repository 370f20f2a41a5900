import type { Result } from 'neverthrow';
import { z } from 'zod';
import type { TikTokFailure } from '../../application/ports/tiktok.ts';
import type { TikTokVideo, TikTokVideoPage } from '../../application/ports/tiktok-videos.ts';
import type { Secret } from '../../domain/values/secret.ts';
import type { TikTokAnswer } from './answer.ts';
import { dataReader } from './data-answer.ts';
import { jsonRequest, type TikTokRequest } from './request.ts';
import { int64Id, textUpTo, webUrl } from './wire-text.ts';
import { logIdOf } from './words.ts';

const text = textUpTo(10_000)
  .nullish()
  .catch(null)
  .transform((value) => value ?? null);

const count = z
  .int()
  .nonnegative()
  .nullish()
  .catch(null)
  .transform((value) => value ?? null);

/** A figure that can't be read is one that is not shown; an entry without an id is none. */
const video = z.object({
  id: int64Id,
  title: text,
  video_description: text,
  create_time: count,
  cover_image_url: webUrl.catch(null),
  share_url: webUrl.catch(null),
  duration: count,
  height: count,
  width: count,
  like_count: count,
  comment_count: count,
  share_count: count,
  view_count: count,
});

const fields = Object.keys(video.shape).join(',');

export const videoListRequest = (accessToken: Secret<string>, cursor: number | null, limit: number): TikTokRequest =>
  jsonRequest(`/v2/video/list/?fields=${fields}`, accessToken, { ...(cursor === null ? {} : { cursor }), max_count: limit });

const pageData = dataReader(z.object({
  videos: z
    .array(z.unknown())
    .nullish()
    .transform((entries): readonly TikTokVideo[] => (entries ?? []).flatMap((entry) => video.safeParse(entry).data ?? [])),
  cursor: count,
  has_more: z.boolean().nullish(),
}));

/** @param asked the cursor that was sent: a page that does not lead further back is the last */
export const videoListAnswer = (
  answer: TikTokAnswer,
  secrets: readonly Secret<string>[],
  asked: number | null,
): Result<TikTokVideoPage, TikTokFailure> =>
  pageData(answer, secrets).map(({ videos, cursor, has_more }) => ({
    videos,
    nextCursor: has_more === true && cursor !== null && cursor > 0 && (asked === null || cursor < asked) ? cursor : null,
    logId: logIdOf(answer, secrets),
  }));
