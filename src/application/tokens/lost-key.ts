import { err, type Result } from 'neverthrow';
import type { RequireReauthorization } from '../../domain/connection/commands.ts';
import type { Active } from '../../domain/connection/state.ts';
import type { ConnectionId } from '../../domain/values/ids.ts';
import { connectionAggregate } from '../execution/aggregate.ts';
import type { CommandContext } from '../execution/command-context.ts';
import { execute, type ExecutionPorts } from '../execution/execute.ts';
import { unavailable, type Unavailable } from '../failures.ts';
import type { DatabaseClock } from '../ports/database-clock.ts';
import type { ProjectionProgress } from '../ports/projection-progress.ts';
import type { OpenFailure, Sealer } from '../ports/sealer.ts';
import type { RefreshFailure, TokensLost } from './refresh-failure.ts';

export interface LostKeyPorts extends ExecutionPorts {
  readonly sealer: Pick<Sealer, 'openAll'>;
  readonly databaseClock: DatabaseClock;
  readonly progress: ProjectionProgress;
}

/** The data key that sealed the tokens is missing, and no fence says that it was destroyed. */
export type TokenKeyLost = Readonly<{ kind: 'TokenKeyLost' }>;

const projectionWaitMillis = 2_000;
const back = unavailable('database', 'the data key of the tokens is there again');

/** A key that is there and does not unwrap is not lost: a consent could not seal under it either. */
export const whyUnopened = (failure: OpenFailure): TokensLost | TokenKeyLost | Unavailable => {
  switch (failure.kind) {
    case 'Unavailable':
      return failure;
    case 'KeyLost':
      return { kind: 'TokenKeyLost' };
    case 'Erased':
      return { kind: 'TokensLost' };
    case 'NotAuthentic':
      return { kind: failure.ofAnotherKey ? 'TokenKeyLost' : 'TokensLost' };
  }
};

/** Null when the tokens open. */
const troubleWith = async ({ sealer }: LostKeyPorts, id: ConnectionId, { life, tokens }: Active): Promise<ReturnType<typeof whyUnopened> | null> => {
  const slot = { connectionId: id, life, purpose: 'tokens' } as const;
  const opened = await sealer.openAll([
    { context: { ...slot, field: 'access_token' }, sealed: tokens.access },
    { context: { ...slot, field: 'refresh_token' }, sealed: tokens.refresh },
  ]);
  if (opened.isErr()) return opened.error;
  const failed = opened.value.find((token) => token.isErr());
  return failed?.isErr() === true ? whyUnopened(failed.error) : null;
};

/**
 * Records that only a new consent helps, because the data key of the tokens is lost. The tokens are tried once more
 * at the revision that is written upon: a consent in between has brought new ones. Answers the failure to show.
 */
export const requireConsentForLostKey = async (ports: LostKeyPorts, context: CommandContext, id: ConnectionId): Promise<RefreshFailure> => {
  const executed = await execute(ports, connectionAggregate, context, id, 'key-lost', async (state): Promise<Result<RequireReauthorization, RefreshFailure>> => {
    if (state.status === 'none') return err({ kind: 'ConnectionNotFound' });
    if (state.status === 'active') {
      const trouble = await troubleWith(ports, id, state);
      if (trouble?.kind !== 'TokenKeyLost') return err(trouble ?? back);
    }
    const at = await ports.databaseClock.now();
    return at.map((now) => ({ type: 'RequireReauthorization', life: state.life, reason: 'key_lost', at: now }) as const);
  });
  if (executed.isErr()) return executed.error;
  const { state, checkpoint } = executed.value;
  if (checkpoint !== null) await ports.progress.waitFor(checkpoint, projectionWaitMillis);
  return state.status === 'reauthorization_required' ? { kind: 'ReauthorizationNeeded', reason: state.reason } : { kind: 'NotConnected' };
};
