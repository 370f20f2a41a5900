import { err, ok, type Result } from 'neverthrow';
import type { Resolve } from '../../domain/publication/commands.ts';
import type { PublicationRejection } from '../../domain/publication/rejections.ts';
import type { PublicationId } from '../../domain/values/ids.ts';
import { publicationAggregate } from '../execution/aggregate.ts';
import type { CommandContext } from '../execution/command-context.ts';
import { execute, type ExecutionFailure, type ExecutionPorts } from '../execution/execute.ts';
import type { LoadFailure } from '../execution/load.ts';
import type { ProjectionProgress } from '../ports/projection-progress.ts';
import type { Sealer } from '../ports/sealer.ts';
import type { PublicationView } from '../reading/publication-view.ts';
import { ownedPublication, publicationNow, type PublicationNotFound } from './owned-publication.ts';

export interface ResolvePorts extends ExecutionPorts {
  readonly sealer: Sealer;
  readonly progress: ProjectionProgress;
}

export type ResolveFailure = PublicationNotFound | PublicationRejection | ExecutionFailure | LoadFailure;

const projectionWaitMillis = 2_000;

/** An operator looked at TikTok and says what became of a publication whose outcome nobody can learn otherwise. */
export const resolvePublication = async (
  ports: ResolvePorts,
  context: CommandContext,
  id: PublicationId,
  outcome: Resolve['outcome'],
): Promise<Result<PublicationView, ResolveFailure>> => {
  const found = await ownedPublication(ports.eventStore, { kind: 'service' }, id);
  if (found.isErr()) return err(found.error);
  const resolved = await execute(ports, publicationAggregate, context, id, 'resolve', () =>
    Promise.resolve(ok({ type: 'Resolve', outcome, at: ports.clock.now() } as const)),
  );
  if (resolved.isErr()) return err(resolved.error);
  if (resolved.value.checkpoint !== null) await ports.progress.waitFor(resolved.value.checkpoint, projectionWaitMillis);
  return publicationNow(ports, { kind: 'service' }, id);
};
