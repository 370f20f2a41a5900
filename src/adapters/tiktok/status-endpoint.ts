import type { Result } from 'neverthrow';
import { z } from 'zod';
import type { PublishStatus } from '../../application/ports/tiktok-publishing.ts';
import type { TikTokFailure } from '../../application/ports/tiktok.ts';
import type { Observation } from '../../domain/publication/commands.ts';
import { postId, type PublishId } from '../../domain/values/ids.ts';
import type { Secret } from '../../domain/values/secret.ts';
import type { TikTokAnswer } from './answer.ts';
import { dataReader } from './data-answer.ts';
import { jsonRequest, type TikTokRequest } from './request.ts';
import { int64Id } from './wire-text.ts';
import { logIdOf } from './words.ts';

export const statusRequest = (accessToken: Secret<string>, id: PublishId): TikTokRequest =>
  jsonRequest('/v2/post/publish/status/fetch/', accessToken, { publish_id: id });

const word = /^[0-9A-Za-z_.-]{1,100}$/;

/** One of TikTok's own words, which stands in our history: nothing else may. */
const wordOr = (otherwise: string) => z.string().transform((text) => (word.test(text) ? text : otherwise));

const bytes = z
  .int()
  .nonnegative()
  .nullish()
  .catch(null)
  .transform((count) => count ?? null);

/** What is no id is left out: whether it was posted is the greater news. */
const postIds = z.unknown().optional().transform((given): readonly string[] => {
  const ids: readonly unknown[] = Array.isArray(given) ? given : [given];
  return ids.flatMap((id) => int64Id.safeParse(id).data ?? []);
});

/** Of the list's two spellings the wrong one is the real one. What is empty TikTok leaves out. */
const statusData = dataReader(
  z
    .object({
      status: wordOr('unreadable_status'),
      fail_reason: wordOr('unreadable_reason').nullish().catch('unreadable_reason'),
      uploaded_bytes: bytes,
      downloaded_bytes: bytes,
      publicaly_available_post_id: postIds,
      publicly_available_post_id: postIds,
    })
    .transform((data): Observation => {
      switch (data.status) {
        case 'SEND_TO_USER_INBOX':
          return { kind: 'inbox' };
        case 'PUBLISH_COMPLETE': {
          const ids = [...data.publicaly_available_post_id, ...data.publicly_available_post_id];
          return { kind: 'complete', postIds: [...new Set(ids)].map(postId) };
        }
        case 'FAILED':
          return { kind: 'failed', reason: data.fail_reason ?? 'unknown' };
        case 'PROCESSING_DOWNLOAD':
          return { kind: 'processing', status: data.status, bytes: data.downloaded_bytes };
        default:
          // Of an upload nothing but its own count says what TikTok has; left out, that is not known.
          return { kind: 'processing', status: data.status, bytes: data.uploaded_bytes };
      }
    }),
);

/** A status that we do not know is taken for processing: it ends nothing. */
export const statusAnswer = (answer: TikTokAnswer, secrets: readonly Secret<string>[]): Result<PublishStatus, TikTokFailure> =>
  statusData(answer, secrets).map((observation) => ({ observation, logId: logIdOf(answer, secrets) }));
