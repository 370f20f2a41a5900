import { err, ok, type Result } from 'neverthrow';
import type { Disconnect, IgnoreRevocation } from '../../domain/connection/commands.ts';
import type { IgnoredBecause } from '../../domain/connection/events.ts';
import type { ConnectionState, Living } from '../../domain/connection/state.ts';
import { commandId, type ConnectionId, type WebhookId } from '../../domain/values/ids.ts';
import { millisOf, type Instant } from '../../domain/values/instant.ts';
import { basicScope } from '../../domain/values/scopes.ts';
import { connectionAggregate } from '../execution/aggregate.ts';
import type { CommandContext } from '../execution/command-context.ts';
import { execute } from '../execution/execute.ts';
import { load } from '../execution/load.ts';
import type { TikTokFailure, TikTokUsers } from '../ports/tiktok.ts';
import { ensureRefreshed, freshAccessToken, type FreshTokenPorts } from '../tokens/fresh-access-token.ts';
import type { RefreshFailure } from '../tokens/refresh-tokens.ts';
import type { WebhookOutcome } from './webhook-outcome.ts';

export interface RemovalPorts extends FreshTokenPorts {
  readonly tiktok: FreshTokenPorts['tiktok'] & TikTokUsers;
}

export type Removal = Readonly<{
  webhookId: WebhookId;
  connectionId: ConnectionId;
  /** TikTok's code. */
  reason: number;
  /** To the second; null when TikTok did not say. */
  removedAt: Instant | null;
}>;

/** `tokenSet`: what TikTok refused. Another one since then may be good. */
type Verdict = Readonly<{ kind: 'Removed'; tokenSet: number }> | Readonly<{ kind: 'Ignored'; why: IgnoredBecause }>;
type NotYet = Readonly<{ kind: 'NotYet'; afterMillis: number; reason: string }>;
/** The life has ended, or the tokens are others, since TikTok was asked. */
type Moved = Readonly<{ kind: 'Moved' }>;

const tokenLivesMillis = 60_000;
const soonMillis = 1_000;
const laterMillis = 30_000;

const notYet = (afterMillis: number, reason: string): Result<never, NotYet> => err({ kind: 'NotYet', afterMillis, reason });

/** TikTok's time is cut to the second: what happened within the second in which the life began may be about it. */
const isOlderThan = (removedAt: Instant | null, { connectedAt }: Living): boolean =>
  removedAt !== null && millisOf(removedAt) + 1_000 <= millisOf(connectedAt);

/** A refusal to refresh says as much as one of `user/info`; other reasons say nothing about the grant. */
const withoutToken = (state: Living & Readonly<{ status: 'reauthorization_required' }>): Verdict =>
  state.reason === 'refresh_rejected' ? { kind: 'Removed', tokenSet: state.refreshing.tokenSet } : { kind: 'Ignored', why: 'not_confirmable' };

const whyNoToken = (failure: RefreshFailure): NotYet => {
  switch (failure.kind) {
    case 'ProviderClosed':
      return { kind: 'NotYet', afterMillis: failure.retryAfterMillis, reason: failure.because };
    case 'RefreshInProgress':
    case 'AnswerSuperseded':
    case 'LifeIsOver':
    case 'ReauthorizationNeeded':
    case 'NotConnected':
      // The history says more by now: it is read anew.
      return { kind: 'NotYet', afterMillis: soonMillis, reason: failure.kind };
    case 'ConnectionNotFound':
    case 'NotYourConnection':
    case 'AccountLinkedToAnotherUser':
    case 'TokensLost':
    case 'TikTokFailed':
    case 'RefreshInDoubt':
    case 'UnreadableHistory':
    case 'Unavailable':
      return { kind: 'NotYet', afterMillis: laterMillis, reason: failure.kind };
  }
};

const ofAnswer = (failure: TikTokFailure, tokenSet: number): Result<Verdict, NotYet> => {
  if (failure.kind !== 'TikTokRefused') return notYet(laterMillis, failure.kind);
  if (failure.tiktok.code === 'access_token_invalid') return ok({ kind: 'Removed', tokenSet });
  // The token was understood, so the grant stands; what TikTok refused is something else.
  return ok({ kind: 'Ignored', why: 'still_granted' });
};

/**
 * Asks TikTok with a token that lives. A refusal counts only if the token was still alive by the database's clock when
 * it came, and nobody refreshed meanwhile: a refresh may end the token that it replaces.
 */
const confirm = async (ports: RemovalPorts, context: CommandContext, id: ConnectionId): Promise<Result<Verdict, NotYet>> => {
  const token = await freshAccessToken(ports, { ...context, actor: { kind: 'system', id: 'webhooks' } }, id, tokenLivesMillis);
  if (token.isErr()) return err(whyNoToken(token.error));
  const loaded = await load(ports.eventStore, connectionAggregate, id);
  if (loaded.isErr()) return notYet(laterMillis, loaded.error.kind);
  const { state } = loaded.value;
  if (state.status !== 'active' || loaded.value.head.revision !== token.value.revision) return notYet(soonMillis, 'the tokens change');
  const answer = await ports.tiktok.userInfo(token.value.token, [basicScope]);
  if (answer.isOk()) return ok({ kind: 'Ignored', why: 'still_granted' });
  const now = await ports.databaseClock.now();
  if (now.isErr()) return notYet(laterMillis, now.error.reason);
  if (token.value.expiresAt <= now.value) return notYet(soonMillis, 'the token ended while TikTok was asked');
  const { tokenSet, doubtful, open } = state.refreshing;
  const verdict = ofAnswer(answer.error, tokenSet);
  if (verdict.isErr() || verdict.value.kind !== 'Removed' || !(doubtful || open !== null)) return verdict;
  // A refresh whose answer is lost may have ended the token as well: TikTok is asked that first.
  const probed = await ensureRefreshed(ports, context, id, { kind: 'refused', tokenSet });
  return probed.isErr() ? err(whyNoToken(probed.error)) : notYet(soonMillis, 'the tokens change');
};

const commandOf = (
  { webhookId, reason }: Removal,
  life: number,
  verdict: Verdict,
  state: ConnectionState,
  at: Instant,
): Result<Disconnect | IgnoreRevocation, Moved> => {
  if (state.status === 'none' || state.status === 'disconnected' || state.life !== life) return err({ kind: 'Moved' });
  if (verdict.kind === 'Ignored') return ok({ type: 'IgnoreRevocation', life, webhookId, why: verdict.why, at });
  const { tokenSet, open, doubtful } = state.refreshing;
  if (tokenSet !== verdict.tokenSet || open !== null || doubtful) return err({ kind: 'Moved' });
  return ok({ type: 'Disconnect', life, requester: null, by: { kind: 'tiktok', reason }, revokeConfirmed: true, at });
};

const verdictOn = (ports: RemovalPorts, context: CommandContext, { connectionId, removedAt }: Removal, state: Living): Promise<Result<Verdict, NotYet>> => {
  if (isOlderThan(removedAt, state)) return Promise.resolve(ok({ kind: 'Ignored', why: 'older_life' }));
  return state.status === 'active' ? confirm(ports, context, connectionId) : Promise.resolve(ok(withoutToken(state)));
};

/**
 * TikTok says that the person removed the app (or that the account is gone). Ends the running life once TikTok confirms it by
 * refusing its tokens; a webhook about an older life, or that nothing confirms, is recorded and changes nothing.
 */
export const removeAuthorization = async (ports: RemovalPorts, removal: Removal): Promise<WebhookOutcome> => {
  const { webhookId, connectionId } = removal;
  const context: CommandContext = {
    commandId: commandId(webhookId),
    actor: { kind: 'tiktok', id: webhookId },
    correlationId: `webhook:${webhookId}`,
    causationId: `webhook:${webhookId}`,
    traceparent: null,
  };
  const loaded = await load(ports.eventStore, connectionAggregate, connectionId);
  if (loaded.isErr()) return { kind: 'Retry', afterMillis: laterMillis, reason: loaded.error.kind };
  const { state } = loaded.value;
  if (state.status === 'none' || state.status === 'disconnected') return { kind: 'Done' };
  if (state.ignoredRevocations.includes(webhookId)) return { kind: 'Done' };
  const verdict = await verdictOn(ports, context, removal, state);
  if (verdict.isErr()) return { kind: 'Retry', afterMillis: verdict.error.afterMillis, reason: verdict.error.reason };
  const executed = await execute(ports, connectionAggregate, context, connectionId, 'authorization-removed', (current) =>
    Promise.resolve(commandOf(removal, state.life, verdict.value, current, ports.clock.now())),
  );
  if (executed.isOk()) return { kind: 'Done' };
  return { kind: 'Retry', afterMillis: executed.error.kind === 'Moved' ? soonMillis : laterMillis, reason: executed.error.kind };
};
