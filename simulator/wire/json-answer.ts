import type { Settings } from '../world/settings.ts';
import type { Answer } from './answer.ts';
import type { Call } from './call.ts';
import { shuffled } from './shuffled.ts';

/** Errors of the OAuth endpoints, from TikTok's documented list. */
export type OAuthError =
  | 'access_denied'
  | 'invalid_client'
  | 'invalid_grant'
  | 'invalid_request'
  | 'invalid_scope'
  | 'server_error'
  | 'temporarily_unavailable'
  | 'unauthorized_client'
  | 'unsupported_grant_type';

/** Errors of the data endpoints, with the HTTP status each comes with. */
export const dataErrorStatus = {
  access_token_invalid: 401,
  app_version_check_failed: 400,
  internal_error: 500,
  invalid_param: 400,
  invalid_params: 400,
  invalid_publish_id: 400,
  privacy_level_option_mismatch: 403,
  publish_not_cancellable: 400,
  rate_limit_exceeded: 429,
  reached_active_user_cap: 403,
  scope_not_authorized: 401,
  spam_risk_too_many_pending_share: 403,
  spam_risk_too_many_posts: 403,
  spam_risk_user_banned_from_posting: 403,
  token_not_authorized_for_specified_publish_id: 400,
  unaudited_client_can_only_post_to_private_accounts: 403,
  url_ownership_unverified: 403,
} as const;
export type DataError = keyof typeof dataErrorStatus;

export function jsonAnswer(settings: Settings, call: Call, status: number, value: unknown, error?: string): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'x-tt-logid': call.logId, 'cache-control': 'no-store' },
    body: JSON.stringify(settings.shuffleKeys ? shuffled(value, call.dice) : value),
    ...(error === undefined ? {} : { error }),
  };
}

/** An error of the flat OAuth shape. */
export function oauthError(settings: Settings, call: Call, error: OAuthError, description: string): Answer {
  const status = settings.oauthErrorStatus === 'always_200' ? 200 : error === 'invalid_client' ? 401 : 400;
  return jsonAnswer(settings, call, status, { error, error_description: description, log_id: call.logId }, error);
}

/** A success of the data endpoints' shape. */
export function dataAnswer(settings: Settings, call: Call, data: Readonly<Record<string, unknown>>): Answer {
  return jsonAnswer(settings, call, 200, { data, error: { code: 'ok', message: '', log_id: call.logId } });
}

/** A failure of the data endpoints' shape; `data` is `{}` or missing. @param status where it is another than the code's own */
export function dataError(settings: Settings, call: Call, code: DataError, message: string, status: number = dataErrorStatus[code]): Answer {
  const error = { code, message, log_id: call.logId };
  const missing = settings.dataOnError === 'missing' || (settings.dataOnError === 'sometimes_missing' && call.dice() < 0.5);
  return jsonAnswer(settings, call, status, missing ? { error } : { data: {}, error }, code);
}
