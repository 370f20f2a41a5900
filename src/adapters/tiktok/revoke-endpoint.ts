import { err, ok, type Result } from 'neverthrow';
import type { TikTokFailure } from '../../application/ports/tiktok.ts';
import type { Secret } from '../../domain/values/secret.ts';
import type { TikTokAnswer } from './answer.ts';
import { answerFailure } from './answer-failure.ts';
import { formRequest, type TikTokRequest } from './request.ts';
import type { TikTokApp } from './settings.ts';
import { errorOf } from './words.ts';

export const revokeRequest = (app: TikTokApp, accessToken: Secret<string>): TikTokRequest =>
  formRequest('/v2/oauth/revoke/', { client_key: app.clientKey }, { client_secret: app.clientSecret, token: accessToken });

/** TikTok documents an empty struct; an empty body and any object without an error are taken for it. */
export const revokeAnswer = (answer: TikTokAnswer, secrets: readonly Secret<string>[]): Result<void, TikTokFailure> => {
  const isWell = answer.status >= 200 && answer.status < 300;
  const isDone = answer.body.map((body) => body === null || errorOf(body, null, secrets) === null).unwrapOr(false);
  return isWell && isDone ? ok(undefined) : err(answerFailure(answer, secrets, 'the answer is no confirmation'));
};
