import type { CommandContext } from '../execution/command-context.ts';
import type { WorkHandler, WorkOutcome } from '../work/work-handler.ts';
import { ensureRefreshed, type FreshTokenPorts } from './fresh-access-token.ts';
import type { RefreshFailure } from './refresh-tokens.ts';

const again = (afterMillis: number, reason: string): WorkOutcome => ({ kind: 'Retry', afterMillis, reason });

/** What ended with an event has put a new item in the list already; the rest is tried again. */
const outcomeOf = (failure: RefreshFailure): WorkOutcome => {
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
      return again(failure.retryAfterMillis, failure.because);
    case 'RefreshInProgress':
    case 'RefreshInDoubt':
    case 'TokensLost':
    case 'UnreadableHistory':
    case 'Unavailable':
      return again(30_000, failure.kind);
  }
};

/** The background's share: the tokens of one connection have come into the time at which they are refreshed. */
export const refreshWhenDue =
  (ports: FreshTokenPorts): WorkHandler =>
  async ({ connectionId, revision }) => {
    const context: CommandContext = {
      commandId: ports.ids.commandId(),
      actor: { kind: 'system', id: 'refresh' },
      correlationId: `work:refresh:${connectionId}:${revision}`,
      causationId: `${connectionId}@${revision}`,
      traceparent: null,
    };
    const refreshed = await ensureRefreshed(ports, context, connectionId, { kind: 'forced' });
    return refreshed.isOk() ? { kind: 'Done' } : outcomeOf(refreshed.error);
  };
