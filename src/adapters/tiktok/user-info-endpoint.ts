import type { Result } from 'neverthrow';
import { z } from 'zod';
import type { TikTokFailure, TikTokProfile } from '../../application/ports/tiktok.ts';
import { openId } from '../../domain/values/ids.ts';
import type { Scope } from '../../domain/values/scopes.ts';
import type { Secret } from '../../domain/values/secret.ts';
import type { TikTokAnswer } from './answer.ts';
import { dataReader } from './data-answer.ts';
import type { TikTokRequest } from './request.ts';
import { identifier, optionalText, textUpTo, webUrl } from './wire-text.ts';

/** One field outside the granted scopes fails the whole call. */
const fieldsOfScope: Readonly<Record<string, readonly (keyof TikTokProfile)[]>> = {
  'user.info.basic': ['open_id', 'union_id', 'avatar_url', 'avatar_url_100', 'avatar_large_url', 'display_name'],
  'user.info.profile': ['bio_description', 'profile_deep_link', 'username'],
};

export const userInfoRequest = (accessToken: Secret<string>, scopes: readonly Scope[]): TikTokRequest => {
  const fields = new Set(['open_id', ...scopes.flatMap((scope) => fieldsOfScope[scope] ?? [])]);
  return {
    method: 'GET',
    path: `/v2/user/info/?fields=${[...fields].join(',')}`,
    headers: { authorization: `Bearer ${accessToken.reveal()}`, accept: 'application/json' },
    body: null,
    secrets: [accessToken],
  };
};

/** TikTok leaves out what is empty, a display name too. */
const userInfoData = dataReader(z.object({
  user: z.object({
    open_id: identifier,
    union_id: optionalText(256),
    display_name: textUpTo(500).nullish(),
    avatar_url: webUrl,
    avatar_url_100: webUrl,
    avatar_large_url: webUrl,
    bio_description: optionalText(10_000),
    profile_deep_link: webUrl,
    username: optionalText(500),
  }),
}));

export const userInfoAnswer = (answer: TikTokAnswer, secrets: readonly Secret<string>[]): Result<TikTokProfile, TikTokFailure> =>
  userInfoData(answer, secrets).map(({ user: { open_id, display_name, ...rest } }) => ({
    ...rest,
    open_id: openId(open_id),
    display_name: display_name ?? '',
  }));
