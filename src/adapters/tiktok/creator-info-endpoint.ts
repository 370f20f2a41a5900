import { err, ok, type Result } from 'neverthrow';
import { z } from 'zod';
import type { CreatorInfo } from '../../application/ports/tiktok-publishing.ts';
import type { TikTokFailure, TikTokWords } from '../../application/ports/tiktok.ts';
import { privacyLevels, type PrivacyLevel } from '../../domain/publication/request.ts';
import type { Secret } from '../../domain/values/secret.ts';
import type { TikTokAnswer } from './answer.ts';
import { dataReader } from './data-answer.ts';
import { jsonRequest, type TikTokRequest } from './request.ts';
import { optionalText, webUrl } from './wire-text.ts';

export const creatorInfoRequest = (accessToken: Secret<string>): TikTokRequest =>
  jsonRequest('/v2/post/publish/creator_info/query/', accessToken, {});

const isPrivacyLevel = (value: unknown): value is PrivacyLevel => privacyLevels.some((level) => level === value);

/** A level that we do not know can be neither explained to the creator nor chosen. */
const knownLevels = z
  .array(z.unknown())
  .nullish()
  .transform((levels) => [...new Set((levels ?? []).filter(isPrivacyLevel))]);

const flag = z
  .boolean()
  .nullish()
  .transform((isSet) => isSet ?? false);

const longestSeconds = 86_400;

const creatorData = z
  .object({
    creator_avatar_url: webUrl,
    creator_username: optionalText(500),
    creator_nickname: optionalText(500),
    privacy_level_options: knownLevels,
    comment_disabled: flag,
    duet_disabled: flag,
    stitch_disabled: flag,
    max_video_post_duration_sec: z.int().min(1).max(longestSeconds),
  })
  .transform((data) => ({
    username: data.creator_username,
    nickname: data.creator_nickname,
    avatarUrl: data.creator_avatar_url,
    options: {
      privacyLevels: data.privacy_level_options,
      commentDisabled: data.comment_disabled,
      duetDisabled: data.duet_disabled,
      stitchDisabled: data.stitch_disabled,
      maxVideoSeconds: data.max_video_post_duration_sec,
    },
  }));

const creatorDataOf = dataReader(creatorData);
const toldBody = z.object({ data: creatorData });

/** With "may not post now" TikTok need not say more; then nothing is offered. */
const nothingOffered: Omit<CreatorInfo, 'cannotPost'> = {
  username: null,
  nickname: null,
  avatarUrl: null,
  options: { privacyLevels: [], commentDisabled: true, duetDisabled: true, stitchDisabled: true, maxVideoSeconds: 0 },
};

const saysNotNow = ({ code }: TikTokWords): boolean => code.startsWith('spam_risk') || code === 'reached_active_user_cap';

export const creatorInfoAnswer = (answer: TikTokAnswer, secrets: readonly Secret<string>[]): Result<CreatorInfo, TikTokFailure> =>
  creatorDataOf(answer, secrets)
    .map((creator): CreatorInfo => ({ ...creator, cannotPost: null }))
    .orElse((failure) => {
      if (failure.kind !== 'TikTokRefused' || !saysNotNow(failure.tiktok)) return err(failure);
      const told = toldBody.safeParse(answer.body.unwrapOr(null)).data?.data;
      return ok({ ...(told ?? nothingOffered), cannotPost: failure.tiktok });
    });
