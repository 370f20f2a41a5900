import { err, ok, type Result } from 'neverthrow';
import type { Active, ConnectionState } from '../../domain/connection/state.ts';
import type { NotConnected, ReauthorizationNeeded } from '../../domain/connection/rejections.ts';
import type { ConnectionId } from '../../domain/values/ids.ts';
import type { ConnectionNotFound } from '../connecting/disconnect.ts';
import { connectionAggregate } from '../execution/aggregate.ts';
import { load, type LoadFailure } from '../execution/load.ts';
import type { Principal } from '../execution/principal.ts';
import type { EventStore } from '../ports/event-store.ts';

export type UnusableConnection = ConnectionNotFound | NotConnected | ReauthorizationNeeded | LoadFailure;

/** Refuses what no answer of TikTok could mend, before TikTok is asked. */
export const usableBy = (principal: Principal, state: ConnectionState): Result<Active, UnusableConnection> => {
  if (state.status === 'none') return err({ kind: 'ConnectionNotFound' });
  if (principal.kind === 'user' && !state.lives.some(({ userId }) => userId === principal.userId)) return err({ kind: 'ConnectionNotFound' });
  if (state.status === 'disconnected') return err({ kind: 'NotConnected' });
  if (principal.kind === 'user' && state.userId !== principal.userId) return err({ kind: 'NotConnected' });
  return state.status === 'active' ? ok(state) : err({ kind: 'ReauthorizationNeeded', reason: state.reason });
};

/** A connection that this caller may use now. */
export const usableConnection = async (
  eventStore: EventStore,
  principal: Principal,
  id: ConnectionId,
): Promise<Result<Active, UnusableConnection>> => {
  const loaded = await load(eventStore, connectionAggregate, id);
  return loaded.isErr() ? err(loaded.error) : usableBy(principal, loaded.value.state);
};
