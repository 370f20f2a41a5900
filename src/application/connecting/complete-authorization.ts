import { err, ok, type Result } from 'neverthrow';
import type { ConnectionId, UserId } from '../../domain/values/ids.ts';
import { basicScope } from '../../domain/values/scopes.ts';
import { secret, type Secret } from '../../domain/values/secret.ts';
import type { CommandContext } from '../execution/command-context.ts';
import type { AuthorizationAttempt, AuthorizationAttempts } from '../ports/authorization-attempts.ts';
import type { ProjectionProgress } from '../ports/projection-progress.ts';
import type { SecurityLog } from '../ports/security-log.ts';
import type { TikTokAuthorization, TikTokFailure, TikTokUsers } from '../ports/tiktok.ts';
import { connectAccount, type ConnectFailure, type ConnectPorts } from './connect-account.ts';
import { verifierOf } from './start-authorization.ts';

export interface CompletePorts extends ConnectPorts {
  readonly attempts: AuthorizationAttempts;
  readonly tiktok: TikTokAuthorization & TikTokUsers;
  readonly progress: ProjectionProgress;
  readonly securityLog: SecurityLog;
}

export const connectErrors = [
  'missing_parameters',
  'invalid_state',
  'session_expired',
  'access_denied',
  'token_exchange_failed',
  'missing_scopes',
  'user_info_failed',
  'account_linked_to_another_user',
  'database_error',
  'unexpected_error',
] as const;
/** `tiktok_error` of the return address, in the order in which they are checked. */
export type ConnectError = (typeof connectErrors)[number];

export type Callback = Readonly<{
  /** The query as it came: a name may have come several times. */
  parameters: Readonly<Record<string, readonly string[]>>;
  flowCookies: readonly Secret<string>[];
  /** Who is signed in, by a token at most ten minutes past its end. */
  signedIn: UserId | null;
}>;

export type CallbackOutcome = Readonly<{
  returnTo: string;
  /** Null on success. */
  error: ConnectError | null;
  connectionId: ConnectionId | null;
  /** The flow is over: this cookie of `flowCookies` has served. */
  spentCookie: Secret<string> | null;
}>;

type Refusal = Readonly<{ error: ConnectError; tiktok: string | null }>;
type Step<Value> = Result<Value, Refusal>;

const refuse = (error: ConnectError, tiktok: string | null = null): Step<never> => err({ error, tiktok });

const projectionWaitMillis = 2_000;

const tiktokCode = (failure: TikTokFailure): string | null => {
  switch (failure.kind) {
    case 'TikTokRefused':
    case 'TikTokMisconfigured':
      return failure.tiktok.code;
    case 'TikTokTransient':
      return failure.tiktok?.code ?? failure.reason;
    case 'TikTokUnclear':
      return failure.reason;
  }
};

const errorOf = (failure: ConnectFailure): ConnectError => {
  switch (failure.kind) {
    case 'AccountLinkedToAnotherUser':
      return 'account_linked_to_another_user';
    case 'Unavailable':
      return 'database_error';
    case 'NotConnected':
    case 'NotYourConnection':
    case 'LifeIsOver':
    case 'ReauthorizationNeeded':
    case 'RefreshInProgress':
    case 'RefreshInDoubt':
    case 'AnswerSuperseded':
    case 'Erased':
    case 'KeyLost':
    case 'UnreadableHistory':
      return 'unexpected_error';
  }
};

/** Grants from TikTok to an account, once state, cookie and user are known to be right. */
const connectWithCode = async (
  ports: CompletePorts,
  context: CommandContext,
  attempt: AuthorizationAttempt,
  code: Secret<string>,
  flowCookie: Secret<string>,
): Promise<Step<ConnectionId>> => {
  const verifier = ports.tiktok.usesPkce ? verifierOf(ports.ids, flowCookie) : null;
  const tokens = await ports.tiktok.exchangeCode(code, verifier);
  if (tokens.isErr()) return refuse('token_exchange_failed', tiktokCode(tokens.error));
  const { accessToken, scopes, openId } = tokens.value;
  if (!scopes.includes(basicScope)) return refuse('missing_scopes');
  const profile = await ports.tiktok.userInfo(accessToken, scopes);
  if (profile.isErr()) return refuse('user_info_failed', tiktokCode(profile.error));
  if (profile.value.open_id !== openId) return refuse('user_info_failed', 'open_id differs between token and profile');
  const consent = { userId: attempt.userId, authorizationId: attempt.id, tokens: tokens.value, profile: profile.value };
  // Whoever began the flow connects, also by a link, where nobody is signed in.
  const connected = await connectAccount(ports, { ...context, actor: { kind: 'user', id: attempt.userId } }, consent);
  if (connected.isErr()) return refuse(errorOf(connected.error));
  const { checkpoint, connectionId } = connected.value;
  if (checkpoint !== null) await ports.progress.waitFor(checkpoint, projectionWaitMillis);
  return ok(connectionId);
};

const single = (values: readonly string[] | undefined): string | null => (values?.length === 1 ? (values[0] ?? null) : null);

/**
 * TikTok's callback: proves that this browser and this user began the flow, exchanges the code and connects the
 * account. A state is consumed by its first use, whatever comes of it; a failure revokes nothing at TikTok.
 */
export const completeAuthorization = async (
  ports: CompletePorts,
  context: CommandContext,
  callback: Callback,
): Promise<CallbackOutcome> => {
  const { parameters, flowCookies, signedIn } = callback;
  const state = single(parameters['state']);
  const consumed = state === null || state === '' ? ok(null) : await ports.attempts.consume(ports.ids.digest(secret(state)));
  const attempt = consumed.unwrapOr(null);
  const flowCookie = flowCookies.find((cookie) => attempt !== null && ports.ids.digest(cookie) === attempt.cookieDigest) ?? null;

  const decideStep = async (): Promise<Step<ConnectionId>> => {
    const repeated = Object.values(parameters).some((values) => values.length > 1);
    const code = single(parameters['code']) ?? '';
    const tiktokError = single(parameters['error']) ?? '';
    if (repeated || state === null || state === '' || (code === '' && tiktokError === '')) return refuse('missing_parameters');
    if (consumed.isErr()) return refuse('database_error');
    if (attempt === null || flowCookie === null) return refuse('invalid_state');
    if (!attempt.viaConnectLink && signedIn !== attempt.userId) return refuse('session_expired');
    if (tiktokError !== '') return refuse('access_denied', tiktokError.slice(0, 100));
    return connectWithCode(ports, context, attempt, secret(code), flowCookie);
  };

  const outcome = await decideStep();
  const returnTo = flowCookie !== null && attempt !== null ? attempt.returnTo : ports.settings.returnUrl;
  if (outcome.isOk()) return { returnTo, error: null, connectionId: outcome.value, spentCookie: flowCookie };
  const { error, tiktok } = outcome.error;
  const detail = { code: error, user_id: attempt?.userId ?? null, tiktok };
  // The refusal is already decided; a log that cannot be written must not turn it into another one.
  await ports.securityLog
    .record({ kind: 'connect_refused', detail, principal: attempt === null ? 'anonymous' : `user:${attempt.userId}`, connectionId: null })
    .unwrapOr(undefined);
  return { returnTo, error, connectionId: null, spentCookie: flowCookie };
};
