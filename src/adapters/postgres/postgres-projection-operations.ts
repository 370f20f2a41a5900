import { errAsync, ResultAsync } from 'neverthrow';
import type pg from 'pg';
import type { Unavailable } from '../../application/failures.ts';
import type { StreamName } from '../../application/ports/event-names.ts';
import type { EventStore } from '../../application/ports/event-store.ts';
import type {
  ParkedAt,
  ProjectionOperations,
  RebuildInterrupted,
  RebuildRefused,
  ResumeRefused,
} from '../../application/ports/projection-operations.ts';
import { databaseUnavailable } from './failure.ts';
import { listParked } from './projector/parked-streams.ts';
import type { Projector } from './projector/projector.ts';
import { rebuild, type RebuildFailure } from './projector/rebuild.ts';
import { retryParked, skipParked } from './projector/resume-stream.ts';

const refused = (sentence: string): RebuildRefused => ({ kind: 'RebuildRefused', sentence });

const explain = (projection: string, failure: RebuildFailure): RebuildRefused | RebuildInterrupted | Unavailable => {
  switch (failure.kind) {
    case 'Unavailable':
      return failure;
    case 'RebuildStopped':
      return { kind: 'RebuildInterrupted' };
    case 'SwapRefused':
      return refused(`The new ${projection} is ready but was not put in place: ${failure.reason}.`);
    case 'RebuildRuns':
      return refused(`Another process rebuilds ${projection} at this moment: wait for it, or stop it and run this again.`);
    case 'MadeByNewerVersion':
      return refused(`Version ${failure.version} of ${projection}, newer than this code, made its rows: rebuild with that version.`);
    case 'CheckpointOfAnotherStore':
      return refused(`${projection} followed another event store than ${failure.store}: start the service on the store it belongs to.`);
  }
};

/** Operators' work on these projections. Names must be among theirs. */
export const createProjectionOperations = (
  pool: pg.Pool,
  eventStore: EventStore,
  projectors: readonly Projector[],
): ProjectionOperations => {
  const find = (name: string): Projector | undefined => projectors.find((projector) => projector.name === name);

  const resume = (way: typeof retryParked, projection: string, stream: StreamName): ResultAsync<ParkedAt | null, ResumeRefused> => {
    const projector = find(projection);
    if (projector === undefined) return errAsync({ kind: 'NotParked' });
    const resumed = new ResultAsync(way({ pool, eventStore, projector }, stream));
    return resumed.map((outcome) => (outcome.kind === 'Resumed' ? null : outcome.at));
  };

  return {
    projections: projectors.map(({ name }) => name),
    rebuild: (projection, { signal, onProgress }) => {
      const projector = find(projection);
      if (projector === undefined) return errAsync(refused(`There is no projection ${projection}.`));
      const built = new ResultAsync(rebuild({ pool, eventStore, projector, signal, onProgress, anotherStore: true }));
      return built.mapErr((failure) => explain(projection, failure));
    },
    parked: () => ResultAsync.fromPromise(listParked(pool), databaseUnavailable),
    retry: (projection, stream) => resume(retryParked, projection, stream),
    skip: (projection, stream) => resume(skipParked, projection, stream),
  };
};
