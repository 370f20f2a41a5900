import { err, ok, type Result } from 'neverthrow';
import { z } from 'zod';
import type { RefreshAnswer, TikTokFailure, TokenAnswer } from '../../application/ports/tiktok.ts';
import { openId } from '../../domain/values/ids.ts';
import { parseScopes } from '../../domain/values/scopes.ts';
import { secret, type Secret } from '../../domain/values/secret.ts';
import { foreignType, type TikTokAnswer } from './answer.ts';
import { answerFailure, unclear } from './answer-failure.ts';
import { formRequest, type TikTokRequest } from './request.ts';
import type { TikTokApp } from './settings.ts';
import { identifier } from './wire-text.ts';
import { errorOf, logIdOf } from './words.ts';

const path = '/v2/oauth/token/';
const tenYears = 3_650 * 86_400;

/** @param code decoded; TikTok's codes contain `*` and `!` */
export const exchangeRequest = (app: TikTokApp, code: Secret<string>, codeVerifier: Secret<string> | null): TikTokRequest => {
  const verifier = app.pkce === 'off' || codeVerifier === null ? {} : { code_verifier: codeVerifier };
  return formRequest(
    path,
    { client_key: app.clientKey, grant_type: 'authorization_code', redirect_uri: app.redirectUri },
    { client_secret: app.clientSecret, code, ...verifier },
  );
};

/** A refresh token is single use: this request must not be sent twice. */
export const refreshRequest = (app: TikTokApp, refreshToken: Secret<string>): TikTokRequest =>
  formRequest(path, { client_key: app.clientKey, grant_type: 'refresh_token' }, { client_secret: app.clientSecret, refresh_token: refreshToken });

/** Goes into a header, so nothing but visible ASCII. */
const token = z.string().regex(/^[\x21-\x7e]{1,4096}$/);
const seconds = z.number().int().min(1).max(tenYears);

const tokenBody = z.object({
  access_token: token,
  refresh_token: token,
  open_id: identifier,
  scope: z
    .string()
    .max(4096)
    .transform((text, context) => parseScopes(text) ?? (context.addIssue('not a list of scopes'), z.NEVER)),
  expires_in: seconds,
  refresh_expires_in: seconds.nullish(),
  token_type: z.string().regex(/^bearer$/i).nullish(),
});

const refreshBody = tokenBody.extend({ refresh_token: token.nullish() });

/** Checks every field before any is used. */
const readAnswer = <Body extends z.ZodType>(
  answer: TikTokAnswer,
  secrets: readonly Secret<string>[],
  schema: Body,
): Result<Readonly<{ fields: z.output<Body>; logId: string | null }>, TikTokFailure> => {
  const body = answer.body.unwrapOr(null);
  if (body?.['access_token'] === undefined) return err(answerFailure(answer, secrets, 'the answer has no access_token'));
  const parsed = schema.safeParse(body);
  const logId = logIdOf(answer, secrets);
  if (errorOf(body, logId, secrets) !== null) return err(unclear(answer, secrets, 'the answer has both a token and an error'));
  if (!parsed.success) {
    const fields = [...new Set(parsed.error.issues.map((issue) => String(issue.path[0])))];
    return err(unclear(answer, secrets, `the answer's ${fields.join(', ')} is missing or not as it should be`));
  }
  return ok({ fields: parsed.data, logId });
};

const grantOf = ({ access_token, open_id, scope, expires_in, refresh_expires_in }: z.output<typeof refreshBody>) => ({
  accessToken: secret(access_token),
  openId: openId(open_id),
  scopes: scope,
  expiresIn: expires_in,
  refreshExpiresIn: refresh_expires_in ?? null,
});

/** The response half of the exchange of a code. */
export const tokenAnswer = (answer: TikTokAnswer, secrets: readonly Secret<string>[]): Result<TokenAnswer, TikTokFailure> =>
  readAnswer(answer, secrets, tokenBody).map(({ fields, logId }) => ({
    ...grantOf(fields),
    refreshToken: secret(fields.refresh_token),
    logId,
  }));

/** A server error without a token, and no web page: TikTok was asked and did not refresh. */
const isServerError = ({ status, body }: TikTokAnswer): boolean =>
  status >= 500 && body.match((read) => read?.['access_token'] === undefined, (problem) => problem !== foreignType);

/** The response half of a refresh. Without a refresh token in the answer the old one stays in use. */
export const refreshAnswer = (answer: TikTokAnswer, secrets: readonly Secret<string>[]): Result<RefreshAnswer, TikTokFailure> =>
  readAnswer(answer, secrets, refreshBody)
    .map(({ fields, logId }) => ({
      ...grantOf(fields),
      refreshToken: typeof fields.refresh_token === 'string' ? secret(fields.refresh_token) : null,
      logId,
    }))
    .mapErr((failure) =>
      failure.kind === 'TikTokUnclear' && isServerError(answer) ? { kind: 'TikTokTransient', tiktok: null, reason: failure.reason } : failure,
    );
