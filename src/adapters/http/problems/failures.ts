import type { Result } from 'neverthrow';
import type { LinkSpent } from '../../../application/connecting/connect-links.ts';
import type { ConnectionNotFound, DisconnectFailure } from '../../../application/connecting/disconnect.ts';
import type { ReturnRefused } from '../../../application/connecting/return-address.ts';
import type { SeveralConnections } from '../../../application/connecting/unbind.ts';
import type { ApiScope } from '../../../application/execution/principal.ts';
import type { Unavailable } from '../../../application/failures.ts';
import type { BadCursor } from '../../../application/ports/connections.ts';
import type { CheckpointOfAnotherStore } from '../../../application/ports/event-store.ts';
import type { TikTokFailure, TikTokWords as TikTokWordsOfPort } from '../../../application/ports/tiktok.ts';
import type { RefreshFailure } from '../../../application/tokens/refresh-tokens.ts';
import type { WebhookRefused } from '../../../application/webhooks/receive-webhook.ts';
import { limitProblems, type TooManyRequests } from './limit-failures.ts';
import { mediaProblems, type MediaFailure } from './media-failures.ts';
import { invalidRequest, ProblemAnswer, type FieldError, type Problem, type TikTokWords } from './problem.ts';
import { publicationProblems, type PublicationFailure } from './publication-failures.ts';

export type Unauthenticated = Readonly<{ kind: 'Unauthenticated'; reason: string }>;
export type IdentityProviderAway = Readonly<{ kind: 'IdentityProviderAway' }>;
export type WrongPrincipal = Readonly<{ kind: 'WrongPrincipal'; needed: 'end user' | 'service' }>;
export type ScopeMissing = Readonly<{ kind: 'ScopeMissing'; scope: ApiScope }>;
export type CrossSiteWrite = Readonly<{ kind: 'CrossSiteWrite'; reason: string }>;
export type ForeignHost = Readonly<{ kind: 'ForeignHost'; publicUrl: string }>;
export type KeyReused = Readonly<{ kind: 'KeyReused' }>;
export type KeyRunning = Readonly<{ kind: 'KeyRunning' }>;
export type FieldsRefused = Readonly<{ kind: 'FieldsRefused'; errors: readonly FieldError[] }>;

/** Every expected failure that a request can end in. */
export type HttpFailure =
  | Unauthenticated
  | IdentityProviderAway
  | WrongPrincipal
  | ScopeMissing
  | CrossSiteWrite
  | ForeignHost
  | KeyReused
  | KeyRunning
  | FieldsRefused
  | ReturnRefused
  | LinkSpent
  | SeveralConnections
  | ConnectionNotFound
  | DisconnectFailure
  | RefreshFailure
  | WebhookRefused
  | MediaFailure
  | TooManyRequests
  | PublicationFailure
  | BadCursor
  | CheckpointOfAnotherStore
  | Unavailable;

type FailureTable = { readonly [Kind in HttpFailure['kind']]: (failure: Extract<HttpFailure, { kind: Kind }>) => Problem };

const shortPauseSeconds = 2;
const operatorPauseSeconds = 30;

const needsAnOperator: Problem = {
  code: 'unavailable',
  detail: 'The history of this connection cannot be read now; the operator has been told in the log.',
  retryAfterSeconds: operatorPauseSeconds,
};

const lacksAKey: Problem = {
  code: 'unavailable',
  detail: 'This service lacks a key that it needs for this; the operator must look at its settings.',
  retryAfterSeconds: operatorPauseSeconds,
};

const notThere: Problem = { code: 'not_found', detail: 'There is no such connection, or it is not yours.' };

const inDoubt: Problem = {
  code: 'unavailable',
  detail: 'It is not known whether TikTok refreshed the tokens; the service is finding out.',
  retryAfterSeconds: operatorPauseSeconds,
};

const tiktokProblem = (failure: TikTokFailure): Problem => {
  switch (failure.kind) {
    case 'TikTokUnclear':
      return inDoubt;
    case 'TikTokTransient': {
      const { tiktok, reason } = failure;
      const detail = `TikTok did not refresh the tokens now: ${reason}.`;
      return tiktok === null ? { code: 'tiktok_unavailable', detail } : { code: 'tiktok_unavailable', detail, tiktok: wordsOf(tiktok) };
    }
    case 'TikTokRefused':
    case 'TikTokMisconfigured':
      return { code: 'tiktok_rejected', detail: 'TikTok refused the call itself; the operator must look at the settings.', tiktok: wordsOf(failure.tiktok) };
  }
};

const wordsOf = ({ code, message, logId }: TikTokWordsOfPort): TikTokWords => ({ code, message, log_id: logId });

/** One entry for each kind of failure: the compiler refuses a kind without an answer. */
const problems: FailureTable = {
  ...limitProblems,
  ...mediaProblems,
  ...publicationProblems,
  Unauthenticated: ({ reason }) => ({ code: 'unauthenticated', detail: reason }),
  IdentityProviderAway: () => ({
    code: 'unavailable',
    detail: 'The keys of the identity provider cannot be fetched now.',
    retryAfterSeconds: shortPauseSeconds,
  }),
  WrongPrincipal: ({ needed }) => ({
    code: 'forbidden',
    detail: `This is for an ${needed === 'service' ? 'application with an API key' : needed} only.`,
  }),
  ScopeMissing: ({ scope }) => ({ code: 'forbidden', detail: `The API key lacks the scope ${scope}.` }),
  CrossSiteWrite: ({ reason }) => ({ code: 'forbidden', detail: reason }),
  ForeignHost: ({ publicUrl }) => ({
    code: 'forbidden',
    detail: `In development the service answers under localhost and under PUBLIC_URL (${publicUrl}) only; open it there.`,
  }),
  KeyReused: () => ({ code: 'idempotency_key_reused', detail: 'This Idempotency-Key belongs to an earlier, different request.' }),
  KeyRunning: () => ({ code: 'conflict', detail: 'An earlier request with this Idempotency-Key is still running.' }),
  FieldsRefused: ({ errors }) => invalidRequest(...errors),
  ReturnRefused: ({ reason }) => invalidRequest({ path: 'return_to', message: reason }),
  LinkSpent: () => ({ code: 'unauthenticated', detail: 'The connect link is unknown, expired or was used before.' }),
  SeveralConnections: () => invalidRequest({ path: 'connection_id', message: 'is required: several accounts are connected' }),
  ConnectionNotFound: () => notThere,
  NotYourConnection: () => notThere,
  NotConnected: () => ({ code: 'not_connected', detail: 'The account is not connected.' }),
  AccountLinkedToAnotherUser: () => ({
    code: 'account_linked_to_another_user',
    detail: 'The TikTok account is connected by another user.',
  }),
  LifeIsOver: () => ({ code: 'conflict', detail: 'The connection was changed by another request in the meantime.' }),
  ReauthorizationNeeded: (failure) => ({
    code: 'reauthorization_required',
    detail: `The person must consent again (${failure.reason}).`,
    ...('tiktok' in failure ? { tiktok: wordsOf(failure.tiktok) } : {}),
  }),
  TokensLost: () => ({ code: 'reauthorization_required', detail: 'The tokens cannot be opened any more; the person must consent again.' }),
  RefreshInProgress: () => ({ code: 'unavailable', detail: 'A refresh in progress takes too long.', retryAfterSeconds: shortPauseSeconds }),
  RefreshInDoubt: () => inDoubt,
  AnswerSuperseded: () => ({ code: 'conflict', detail: 'A newer consent or refresh came in between; ask again.' }),
  ProviderClosed: ({ because, retryAfterMillis }) => ({
    code: 'unavailable',
    detail: because === 'outage' ? 'TikTok does not answer at present; calls are held back.' : 'TikTok does not accept this service at present; the operator has been told.',
    retryAfterSeconds: Math.ceil(retryAfterMillis / 1_000),
  }),
  TikTokFailed: ({ failure }) => tiktokProblem(failure),
  UnreadableHistory: () => needsAnOperator,
  CheckpointOfAnotherStore: () => invalidRequest({ path: 'after', message: 'is not a checkpoint of this event store' }),
  WebhookRefused: ({ reason }) => ({ code: 'unauthenticated', detail: reason }),
  BadCursor: () => invalidRequest({ path: 'cursor', message: 'is not one that a page before this one gave as next_cursor' }),
  Unavailable: ({ part }) =>
    part === 'key_ring'
      ? lacksAKey
      : { code: 'unavailable', detail: `The ${part.replace('_', ' ')} does not answer now.`, retryAfterSeconds: shortPauseSeconds },
};

const lookUp = <Kind extends HttpFailure['kind']>(
  table: FailureTable,
  failure: Extract<HttpFailure, { kind: Kind }>,
  kind: Kind,
): Problem => table[kind](failure);

export const problemOf = (failure: HttpFailure): Problem => lookUp(problems, failure, failure.kind);

/** The value, or the end of the request with the failure's answer. */
export const answerOf = <Value>(result: Result<Value, HttpFailure>): Value => {
  if (result.isErr()) throw new ProblemAnswer(problemOf(result.error));
  return result.value;
};

export const refuse = (failure: HttpFailure): never => {
  throw new ProblemAnswer(problemOf(failure));
};
