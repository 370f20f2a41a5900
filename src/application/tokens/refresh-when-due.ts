import type { Active } from '../../domain/connection/state.ts';
import type { ConnectionId } from '../../domain/values/ids.ts';
import { millisOf, type Instant } from '../../domain/values/instant.ts';
import { connectionAggregate } from '../execution/aggregate.ts';
import type { CommandContext } from '../execution/command-context.ts';
import { load } from '../execution/load.ts';
import type { WorkHandler, WorkOutcome } from '../work-lists/work-handler.ts';
import { spread } from '../work-lists/work-of-connection.ts';
import { ensureRefreshed, type FreshTokenPorts } from './fresh-access-token.ts';
import type { RefreshFailure } from './refresh-tokens.ts';

const shortestPauseMillis = 30_000;
const day = 24 * 3_600_000;

const again = (afterMillis: number, reason: string): WorkOutcome => ({ kind: 'Retry', afterMillis: Math.round(Math.max(shortestPauseMillis, afterMillis)), reason });

/**
 * While TikTok is away each connection waits about as long again as it has waited, about half of its token's life at
 * most: when TikTok is back they come over the time in which they come anyway, and not together.
 * @param place 0 to 1
 */
export const pauseInOutage = ({ refreshing, accessTokenExpiresAt }: Active, at: Instant, place: number): number => {
  const lifetime = Math.min(day, millisOf(accessTokenExpiresAt) - millisOf(refreshing.issuedAt));
  const overdue = millisOf(at) - millisOf(accessTokenExpiresAt) + 0.4 * lifetime;
  return Math.min(overdue * (0.5 + place), lifetime * (0.35 + 0.3 * place));
};

const waitForProvider = async (ports: FreshTokenPorts, id: ConnectionId, reason: string, atLeast: number, place: number): Promise<WorkOutcome> => {
  const now = await ports.databaseClock.now();
  const loaded = await load(ports.eventStore, connectionAggregate, id);
  if (now.isErr() || loaded.isErr()) return again(atLeast, reason);
  const { state } = loaded.value;
  if (state.status !== 'active') return { kind: 'Done' };
  return again(Math.max(atLeast, pauseInOutage(state, now.value, place)), reason);
};

const waitForMoment = async (ports: FreshTokenPorts, moment: Instant, reason: string): Promise<WorkOutcome> => {
  const now = await ports.databaseClock.now();
  return again(now.isErr() ? 0 : millisOf(moment) - millisOf(now.value), reason);
};

/** What ended with an event has put a new item in the list already; the rest is tried again. */
const outcomeOf = async (ports: FreshTokenPorts, id: ConnectionId, failure: RefreshFailure, place: number): Promise<WorkOutcome> => {
  switch (failure.kind) {
    case 'ConnectionNotFound':
    case 'NotConnected':
    case 'NotYourConnection':
    case 'AccountLinkedToAnotherUser':
    case 'LifeIsOver':
    case 'ReauthorizationNeeded':
    case 'AnswerSuperseded':
    case 'TikTokFailed':
      return { kind: 'Done' };
    case 'ProviderClosed':
      return waitForProvider(ports, id, failure.because, failure.retryAfterMillis, place);
    case 'RefreshInDoubt':
      return waitForMoment(ports, failure.notBefore, failure.kind);
    case 'RefreshInProgress':
    case 'TokensLost':
    case 'UnreadableHistory':
    case 'Unavailable':
      return again(shortestPauseMillis, failure.kind);
  }
};

/** The background's share: the tokens of one connection have come into the time at which they are refreshed. */
export const refreshWhenDue =
  (given: FreshTokenPorts): WorkHandler =>
  async ({ connectionId, revision }) => {
    // Nobody reads what was refreshed here, so nobody waits for the rows.
    const ports = { ...given, progress: { waitFor: () => Promise.resolve(true) } };
    const commandId = ports.ids.commandId();
    const context: CommandContext = {
      commandId,
      actor: { kind: 'system', id: 'refresh' },
      correlationId: `work:refresh:${connectionId}:${revision}`,
      causationId: `${connectionId}@${revision}`,
      traceparent: null,
    };
    const refreshed = await ensureRefreshed(ports, context, connectionId, { kind: 'forced' });
    return refreshed.isOk() ? { kind: 'Done' } : outcomeOf(ports, connectionId, refreshed.error, spread(commandId));
  };
