import type { Result } from 'neverthrow';
import { z } from 'zod';
import type { PhotoStart, Started, VideoStart } from '../../application/ports/tiktok-publishing.ts';
import type { TikTokFailure } from '../../application/ports/tiktok.ts';
import { publishId } from '../../domain/values/ids.ts';
import { secret, type Secret } from '../../domain/values/secret.ts';
import type { TikTokAnswer } from './answer.ts';
import { dataReader } from './data-answer.ts';
import { logIdOf } from './words.ts';
import { identifier } from './wire-text.ts';

const longestUrl = 4096;

/** Encrypted, unless it is the API's own origin: TikTok's stand-in in development. */
const isUploadUrl = (text: string, apiOrigin: string): boolean => {
  if (text.length > longestUrl || !/^[\x21-\x7e]+$/.test(text) || !URL.canParse(text)) return false;
  const { protocol, origin, username, password } = new URL(text);
  return username === '' && password === '' && (protocol === 'https:' || origin === apiOrigin);
};

const pulled = dataReader(z.object({ publish_id: identifier }).transform((data) => ({ publish_id: data.publish_id, upload_url: null })));

const uploaded = (apiOrigin: string) =>
  dataReader(z.object({ publish_id: identifier, upload_url: z.string().refine((text) => isUploadUrl(text, apiOrigin)) }));

type StartAnswer = (answer: TikTokAnswer, secrets: readonly Secret<string>[], start: VideoStart | PhotoStart) => Result<Started, TikTokFailure>;

/** @param apiUrl TikTok's, whose own origin may take uploads unencrypted */
export const startAnswerOf = (apiUrl: string): StartAnswer => {
  const uploadedHere = uploaded(new URL(apiUrl).origin);
  return (answer, secrets, start) => {
    const isUpload = start.kind === 'video' && start.source.kind === 'upload';
    const data: Result<Readonly<{ publish_id: string; upload_url: string | null }>, TikTokFailure> = isUpload ? uploadedHere(answer, secrets) : pulled(answer, secrets);
    return data.map(({ publish_id, upload_url }) => ({
      publishId: publishId(publish_id),
      uploadUrl: upload_url === null ? null : secret(upload_url),
      logId: logIdOf(answer, secrets),
    }));
  };
};
