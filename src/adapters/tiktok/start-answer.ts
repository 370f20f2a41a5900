import type { Result } from 'neverthrow';
import { z } from 'zod';
import type { PhotoStart, Started, VideoStart } from '../../application/ports/tiktok-publishing.ts';
import type { TikTokFailure } from '../../application/ports/tiktok.ts';
import { publishId } from '../../domain/values/ids.ts';
import { secret, type Secret } from '../../domain/values/secret.ts';
import type { TikTokAnswer } from './answer.ts';
import { dataOf } from './data-answer.ts';
import { logIdOf } from './words.ts';
import { identifier } from './wire-text.ts';

const longestUrl = 4096;

/** Encrypted, unless it is the API's own origin: TikTok's stand-in in development. */
const isUploadUrl = (text: string, apiOrigin: string): boolean => {
  if (text.length > longestUrl || !/^[\x21-\x7e]+$/.test(text) || !URL.canParse(text)) return false;
  const { protocol, origin, username, password } = new URL(text);
  return username === '' && password === '' && (protocol === 'https:' || origin === apiOrigin);
};

const pulled = z.object({ publish_id: identifier }).transform((data) => ({ publish_id: data.publish_id, upload_url: null }));

const uploaded = (apiOrigin: string) =>
  z.object({ publish_id: identifier, upload_url: z.string().refine((text) => isUploadUrl(text, apiOrigin)) });

/** @param apiUrl TikTok's, whose own origin may take uploads unencrypted */
export const startAnswer = (
  answer: TikTokAnswer,
  secrets: readonly Secret<string>[],
  start: VideoStart | PhotoStart,
  apiUrl: string,
): Result<Started, TikTokFailure> => {
  const isUpload = start.kind === 'video' && start.source.kind === 'upload';
  const data: Result<Readonly<{ publish_id: string; upload_url: string | null }>, TikTokFailure> = isUpload
    ? dataOf(answer, secrets, uploaded(new URL(apiUrl).origin))
    : dataOf(answer, secrets, pulled);
  return data.map(({ publish_id, upload_url }) => ({
    publishId: publishId(publish_id),
    uploadUrl: upload_url === null ? null : secret(upload_url),
    logId: logIdOf(answer, secrets),
  }));
};
