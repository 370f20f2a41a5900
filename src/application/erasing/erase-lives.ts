import { err, ok, type Result } from 'neverthrow';
import type { LivesChosen } from '../../domain/connection/commands.ts';
import { connectionDecider, isChosen } from '../../domain/connection/decide.ts';
import type { ErasureRequester } from '../../domain/connection/events.ts';
import type { ConnectionRejection } from '../../domain/connection/rejections.ts';
import type { ConnectionState, Living } from '../../domain/connection/state.ts';
import type { ConnectionId } from '../../domain/values/ids.ts';
import { plusMillis } from '../../domain/values/instant.ts';
import type { Sealed } from '../../domain/values/sealed.ts';
import { connectionAggregate } from '../execution/aggregate.ts';
import type { CommandContext } from '../execution/command-context.ts';
import { execute, type Executed, type ExecutionFailure, type ExecutionPorts } from '../execution/execute.ts';
import { load } from '../execution/load.ts';
import { connectionStream } from '../execution/streams.ts';
import { writtenBecauseOf } from '../execution/written-because-of.ts';
import type { Unavailable } from '../failures.ts';
import type { Clock } from '../ports/clock.ts';
import type { EventStore } from '../ports/event-store.ts';
import type { Sealer } from '../ports/sealer.ts';
import type { TikTokAuthorization } from '../ports/tiktok.ts';

export interface EraseLivesPorts extends ExecutionPorts {
  readonly sealer: Sealer;
  /** Null where nothing is to be revoked: tokens of a restored history may be another owner's grant by now. */
  readonly tiktok: Pick<TikTokAuthorization, 'revoke'> | null;
}

export type EraseLivesFailure = ConnectionRejection | ExecutionFailure;

export type ErasureRequest = Readonly<{ connectionId: ConnectionId; chosen: LivesChosen; requestedBy: ErasureRequester }>;

const revokeLimitMillis = 5_000;

const runningLife = (state: ConnectionState, chosen: LivesChosen): Living | null => {
  if (state.status === 'none' || state.status === 'disconnected') return null;
  return state.lives.some((past) => past.life === state.life && isChosen(chosen, past)) ? state : null;
};

/** Revokes each set of tokens once, however often the history moves on meanwhile. */
const revoking = ({ sealer, tiktok }: EraseLivesPorts, connectionId: ConnectionId) => {
  const asked = new Map<Sealed, boolean>();
  return async ({ life, tokens }: Living): Promise<Result<boolean, Unavailable>> => {
    const known = asked.get(tokens.access);
    if (known !== undefined || tiktok === null) return ok(known ?? false);
    const context = { connectionId, life, purpose: 'tokens', field: 'access_token' } as const;
    const accessToken = await sealer.open({ context, sealed: tokens.access });
    if (accessToken.isErr()) return accessToken.error.kind === 'Unavailable' ? err(accessToken.error) : ok(false);
    const confirmed = (await tiktok.revoke(accessToken.value, revokeLimitMillis)).isOk();
    asked.set(tokens.access, confirmed);
    return ok(confirmed);
  };
};

/**
 * Writes that these lives are erased, their end before it where one of them runs. The event is the fence; the keys are
 * destroyed by the work that follows from it.
 */
export const eraseLives = (
  ports: EraseLivesPorts,
  context: CommandContext,
  { connectionId, chosen, requestedBy }: ErasureRequest,
): Promise<Result<Executed<ConnectionState>, EraseLivesFailure>> => {
  const revoke = revoking(ports, connectionId);
  return execute(ports, connectionAggregate, context, connectionId, 'erase', async (state) => {
    const running = runningLife(state, chosen);
    const revoked = running === null ? ok(false) : await revoke(running);
    return revoked.map((revokeConfirmed) => ({ type: 'ErasePersonalData', chosen, requestedBy, revokeConfirmed, at: ports.clock.now() }) as const);
  });
};

/** Keys of requests are kept 24 hours; what was written longer ago may belong to an earlier use of the same key. */
const keyMillis = 23 * 3_600_000;

/** Whether a request that may be a repeat has erased here before it ended without an answer: a later life is left alone. */
export const hasErased = async ({ eventStore, clock }: EraseLivesPorts, { causationId }: CommandContext, id: ConnectionId): Promise<Result<boolean, Unavailable>> =>
  causationId === null ? ok(false) : writtenBecauseOf(eventStore, connectionStream(id), causationId, plusMillis(clock.now(), -keyMillis));

/** What an erasure would do now. */
export type ErasureForeseen = Readonly<{ lives: readonly number[]; disconnects: boolean }>;

export const foreseeErasure = async (
  { eventStore, clock }: Readonly<{ eventStore: EventStore; clock: Clock }>,
  { connectionId, chosen, requestedBy }: ErasureRequest,
): Promise<Result<ErasureForeseen, EraseLivesFailure>> => {
  const loaded = await load(eventStore, connectionAggregate, connectionId);
  if (loaded.isErr()) return err(loaded.error);
  const command = { type: 'ErasePersonalData', chosen, requestedBy, revokeConfirmed: false, at: clock.now() } as const;
  return connectionDecider.decide(command, loaded.value.state).map((events) => ({
    lives: events.flatMap((event) => (event.type === 'PersonalDataErased' ? event.data.lives : [])),
    disconnects: events.some(({ type }) => type === 'Disconnected'),
  }));
};
