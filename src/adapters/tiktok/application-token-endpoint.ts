import { err, ok, type Result, type ResultAsync } from 'neverthrow';
import type { Dispatcher } from 'undici';
import type { TikTokFailure } from '../../application/ports/tiktok.ts';
import type { Secret } from '../../domain/values/secret.ts';
import { send, type TikTokAnswer } from './answer.ts';
import { answerFailure } from './answer-failure.ts';
import { formRequest, type TikTokRequest } from './request.ts';
import { defaultTimeouts, type TikTokApp } from './settings.ts';

type Credentials = Pick<TikTokApp, 'clientKey' | 'clientSecret'>;

const applicationTokenRequest = ({ clientKey, clientSecret }: Credentials): TikTokRequest =>
  formRequest('/v2/oauth/token/', { client_key: clientKey, grant_type: 'client_credentials' }, { client_secret: clientSecret });

const applicationTokenAnswer = (answer: TikTokAnswer, secrets: readonly Secret<string>[]): Result<void, TikTokFailure> => {
  const isGranted = answer.body.map((body) => typeof body?.['access_token'] === 'string').unwrapOr(false);
  return isGranted ? ok(undefined) : err(answerFailure(answer, secrets, 'the answer has no access_token'));
};

/** Whether TikTok gives the application a token of its own, which opens nobody's account; it is thrown away. */
export const tryCredentials = (app: Credentials, wire: Readonly<{ apiUrl: string; dispatcher: Dispatcher }>): ResultAsync<void, TikTokFailure> => {
  const request = applicationTokenRequest(app);
  return send(wire, request, defaultTimeouts.token).andThen((answer) => applicationTokenAnswer(answer, request.secrets));
};
