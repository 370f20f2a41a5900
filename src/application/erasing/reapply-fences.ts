import { err, ok, type Result } from 'neverthrow';
import type { ConnectionId } from '../../domain/values/ids.ts';
import { connectionAggregate } from '../execution/aggregate.ts';
import type { CommandContext } from '../execution/command-context.ts';
import { execute } from '../execution/execute.ts';
import type { Unavailable } from '../failures.ts';
import type { DataKeyRecords, KeySlot } from '../ports/data-key-records.ts';
import type { FenceReason } from '../ports/key-fences.ts';
import type { SecurityLog } from '../ports/security-log.ts';
import { eraseLives, type EraseLivesFailure, type EraseLivesPorts } from './erase-lives.ts';

export interface ReapplyPorts extends Omit<EraseLivesPorts, 'tiktok'> {
  readonly dataKeys: DataKeyRecords;
  readonly securityLog: SecurityLog;
}

export type FenceToReapply = Readonly<{ slot: KeySlot; because: FenceReason }>;
export type ReapplyFailure = EraseLivesFailure;

export type Reapplied = Readonly<{ fences: number; missing: number }>;

const batchSize = 500;

const batchesOf = (fences: readonly FenceToReapply[]): readonly (readonly FenceToReapply[])[] =>
  Array.from({ length: Math.ceil(fences.length / batchSize) }, (_, index) => fences.slice(index * batchSize, (index + 1) * batchSize));

/** Those of the list that this database does not have. */
export const missingFences = async (
  { dataKeys }: Pick<ReapplyPorts, 'dataKeys'>,
  fences: readonly FenceToReapply[],
): Promise<Result<readonly FenceToReapply[], Unavailable>> => {
  const missing: FenceToReapply[] = [];
  for (const batch of batchesOf(fences)) {
    const found = await dataKeys.find(batch.map(({ slot }) => slot));
    if (found.isErr()) return err(found.error);
    missing.push(...batch.filter((_, index) => found.value[index]?.kind !== 'Fenced'));
  }
  return ok(missing);
};

/** A restored history may not go as far as what the fence is about. */
const isBeyond = ({ kind }: EraseLivesFailure): boolean => kind === 'NotConnected' || kind === 'NotYourConnection' || kind === 'LifeIsOver';

const livesOf = (fences: readonly FenceToReapply[], because: FenceReason): readonly number[] => [
  ...new Set(fences.filter((fence) => fence.because === because).map(({ slot }) => slot.life)),
];

/** Says in the history what the fences say, so that readers, work and rebuilds know it too. */
const amendHistory = async (
  ports: ReapplyPorts,
  context: CommandContext,
  connectionId: ConnectionId,
  fences: readonly FenceToReapply[],
): Promise<Result<void, EraseLivesFailure>> => {
  for (const life of livesOf(fences, 'disconnected')) {
    const command = { type: 'Disconnect', life, requester: null, by: { kind: 'operator' }, revokeConfirmed: false } as const;
    const ended = await execute(ports, connectionAggregate, context, connectionId, `disconnect-${life}`, () =>
      Promise.resolve(ok({ ...command, at: ports.clock.now() })),
    );
    if (ended.isErr() && !isBeyond(ended.error)) return err(ended.error);
  }
  const lives = livesOf(fences, 'erased');
  if (lives.length === 0) return ok();
  const request = { connectionId, chosen: { kind: 'lives', lives }, requestedBy: { kind: 'operator' } } as const;
  const erased = await eraseLives({ ...ports, tiktok: null }, context, request);
  return erased.isErr() && !isBeyond(erased.error) ? err(erased.error) : ok();
};

const putBack = async (ports: ReapplyPorts, fences: readonly FenceToReapply[]): Promise<Result<void, Unavailable>> => {
  for (const because of ['disconnected', 'erased'] as const) {
    const slots = fences.filter((fence) => fence.because === because).map(({ slot }) => slot);
    const fenced = slots.length === 0 ? ok() : await ports.dataKeys.fence(slots, because);
    if (fenced.isErr()) return err(fenced.error);
  }
  return ok();
};

/**
 * Puts fences back into a database that is older than they are, and destroys the keys behind them: the history first,
 * the keys second. Nothing is revoked at TikTok. Killed anywhere, the next run does the rest.
 * @param principal who does it, for the security log
 * @param progress called with how many fences that were missing stand again, of how many
 */
export const reapplyFences = async (
  ports: ReapplyPorts,
  context: CommandContext,
  principal: string,
  fences: readonly FenceToReapply[],
  progress: (done: number, of: number) => void,
): Promise<Result<Reapplied, ReapplyFailure>> => {
  const missing = await missingFences(ports, fences);
  if (missing.isErr()) return err(missing.error);
  const logged = await ports.securityLog.record({ kind: 'fences_reapplied', detail: { fences: missing.value.length }, principal, connectionId: null });
  if (logged.isErr()) return err(logged.error);
  let done = 0;
  for (const [connectionId, its] of Map.groupBy(missing.value, ({ slot }) => slot.connectionId)) {
    const amended = await amendHistory(ports, context, connectionId, its);
    if (amended.isErr()) return err(amended.error);
    const fenced = await putBack(ports, its);
    if (fenced.isErr()) return err(fenced.error);
    done += its.length;
    progress(done, missing.value.length);
  }
  return ok({ fences: fences.length, missing: missing.value.length });
};
