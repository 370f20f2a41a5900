import { setTimeout as pause } from 'node:timers/promises';
import { err, ok, type Result } from 'neverthrow';
import type pg from 'pg';
import type { Checkpoint } from '../../../application/ports/event-names.ts';
import type { EventStore } from '../../../application/ports/event-store.ts';
import { backoff } from '../background-loop.ts';
import { databaseUnavailable } from '../failure.ts';
import { finishBuild, prepareBuild } from './build-tables.ts';
import { catchUp, type FeedFailure } from './follow-feed.ts';
import { readState } from './projection-state.ts';
import type { Projector } from './projector.ts';
import { takeSessionLock } from './session-lock.ts';
import { swap, type SwapRefused } from './swap.ts';
import { createBatchWriter } from './write-batch.ts';

export type RebuildProgress = Readonly<{
  projection: string;
  phase: 'filling' | 'indexing' | 'swapping' | 'done';
  /** How many events this run has read. */
  events: number;
  checkpoint: Checkpoint | null;
}>;

/** Another process rebuilds this projection at this moment. */
export type RebuildRuns = Readonly<{ kind: 'RebuildRuns' }>;
/** Newer code made the tables that readers see. */
export type MadeByNewerVersion = Readonly<{ kind: 'MadeByNewerVersion'; version: number }>;
/** The signal ended it; the next run goes on from there. */
export type RebuildStopped = Readonly<{ kind: 'RebuildStopped' }>;

export type RebuildFailure = FeedFailure | SwapRefused | RebuildRuns | MadeByNewerVersion | RebuildStopped;

export type RebuildParts = Readonly<{
  pool: pg.Pool;
  eventStore: EventStore;
  projector: Projector;
  signal: AbortSignal;
  onProgress?: (progress: RebuildProgress) => void;
  /** Throws away what an earlier run of the same version has built. */
  fresh?: boolean;
  /** Takes over from a history in another store, or a later moment of this one: for operators to say. */
  anotherStore?: boolean;
  /** Events in a transaction, at most. */
  batchSize?: number;
}>;

const swapPause = backoff(50, 1_000);

/** Fills and swaps; `stopped` also ends when the lock on rebuilding is lost. */
const build = async (parts: RebuildParts, stopped: AbortSignal): Promise<Result<void, RebuildFailure>> => {
  const { pool, eventStore, projector, onProgress, batchSize, anotherStore = false } = parts;
  const writer = createBatchWriter(pool, projector, 'next');
  let events = 0;
  let checkpoint = (await readState(pool, projector.name, 'next'))?.checkpoint ?? null;
  const report = (phase: RebuildProgress['phase']): void => onProgress?.({ projection: projector.name, phase, events, checkpoint });

  const fill = async (): Promise<Result<void, RebuildFailure>> => {
    report('filling');
    const end = await catchUp(
      {
        eventStore,
        projector,
        writer,
        signal: stopped,
        ...(batchSize === undefined ? {} : { catchUpBatch: batchSize }),
        onPassed: (batch) => {
          events += batch.events.length;
          checkpoint = batch.checkpoint;
          report('filling');
        },
      },
      checkpoint,
    );
    if (end.isErr()) return err(end.error);
    checkpoint = end.value.checkpoint;
    return end.value.kind === 'CaughtUp' ? ok() : err({ kind: 'RebuildStopped' });
  };

  const filled = await fill();
  if (filled.isErr()) return filled;
  report('indexing');
  await finishBuild(pool, projector);
  for (let attempts = 1; ; attempts += 1) {
    const caughtUp = await fill();
    if (caughtUp.isErr()) return caughtUp;
    report('swapping');
    const end = await swap({ pool, eventStore, projector, writer, signal: stopped, anotherStore });
    if (end.isErr()) return err(end.error);
    if (end.value === 'Swapped') {
      report('done');
      return ok();
    }
    if (end.value === 'InUse') await pause(swapPause(attempts), undefined, { signal: stopped }).catch(() => undefined);
  }
};

/**
 * Builds a projection anew beside its tables, which stay readable and driven meanwhile, and puts it in their place.
 * Whenever it is killed, readers see whole tables, and the next run goes on where this one stood.
 */
export const rebuild = async (parts: RebuildParts): Promise<Result<void, RebuildFailure>> => {
  const { pool, projector, signal, fresh = false, anotherStore = false } = parts;
  try {
    const lock = await takeSessionLock(pool, `rebuild:${projector.name}`);
    if (lock === null) return err({ kind: 'RebuildRuns' });
    try {
      const live = await readState(pool, projector.name, 'live');
      if (live !== null && live.version > projector.version) return err({ kind: 'MadeByNewerVersion', version: live.version });
      await prepareBuild(pool, projector, fresh);
      const ending = AbortSignal.any([signal, lock.lost]);
      const built = await build(parts, ending);
      if (built.isOk() || built.error.kind !== 'CheckpointOfAnotherStore' || !anotherStore || fresh) return built;
      // What an interrupted run left was begun on the other store.
      await prepareBuild(pool, projector, true);
      return await build(parts, ending);
    } finally {
      await lock.release();
    }
  } catch (error) {
    return err(databaseUnavailable(error));
  }
};
