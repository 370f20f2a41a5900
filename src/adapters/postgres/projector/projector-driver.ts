import { err, type Result } from 'neverthrow';
import type pg from 'pg';
import { isBeyondEnd, type EventStore } from '../../../application/ports/event-store.ts';
import { backoff, createLoop } from '../background-loop.ts';
import type { Connection } from '../database.ts';
import { wordsOf } from '../failure.ts';
import { followFeed, type FollowEnd } from './follow-feed.ts';
import { createLag } from './lag.ts';
import type { ProgressBoard } from './progress-board.ts';
import { adoptTables, readState, type ProjectionState } from './projection-state.ts';
import { transactionOf } from './projection-tables.ts';
import type { ProjectorHealth } from './projector-health.ts';
import type { Projector } from './projector.ts';
import { rebuild, type RebuildFailure, type RebuildProgress } from './rebuild.ts';
import { retryAllParked } from './resume-stream.ts';
import { takeSessionLock, type SessionLock } from './session-lock.ts';
import { createBatchWriter } from './write-batch.ts';

export interface ProjectorDriver {
  readonly projection: string;
  start(): void;
  /** Finishes the batch under way and gives the lock back. */
  stop(): Promise<void>;
  health(): ProjectorHealth;
}

export type DriverParts = Readonly<{
  pool: pg.Pool;
  eventStore: EventStore;
  projector: Projector;
  board: ProgressBoard;
  /** After each batch that this replica has written. */
  onWritten?: (projection: string) => void;
}>;

const standbyMillis = 500;
/** Longer than a replica stands by, so that the one whose rows these are gets the lock first. */
const yieldMillis = 5_000;
const alarmsMillis = 5_000;
const untilSomebodyActsMillis = 60_000;
const pauseAfterFailure = backoff(50, 2_000);

const sentenceOf = (failure: RebuildFailure): string => {
  switch (failure.kind) {
    case 'Unavailable':
    case 'SwapRefused':
      return failure.reason;
    case 'CheckpointOfAnotherStore':
      return isBeyondEnd(failure)
        ? 'it is ahead of the event store, which was restored to an earlier moment: start the service anew, or run `rebuild`'
        : `the checkpoint belongs to another event store than ${failure.store}`;
    case 'RebuildRuns':
      return 'another process rebuilds';
    case 'MadeByNewerVersion':
      return `version ${failure.version} made the rows; this replica is older and leaves them alone`;
    case 'RebuildStopped':
      return 'the rebuild was interrupted';
  }
};

/** Drives one projection whenever no other replica does, and rebuilds it first when its version or settings changed. */
export const createProjectorDriver = ({ pool, eventStore, projector, board, onWritten }: DriverParts): ProjectorDriver => {
  const { name, version, fingerprint } = projector;
  const lag = createLag();
  let failures = 0;
  let lastError: string | null = null;
  let alarms: readonly string[] = [];
  let rebuilding: RebuildProgress | null = null;
  /** Whether the rows were this replica's own before: then others changed them, and it does not change them back. */
  let settled = false;
  let yielded = false;

  const well = (): void => {
    failures = 0;
    lastError = null;
  };

  const failed = (sentence: string): number => {
    failures += 1;
    lastError = sentence;
    return pauseAfterFailure(failures);
  };

  const isOurs = (state: ProjectionState): boolean => state.version === version && state.fingerprint === fingerprint;

  const rebuildRows = async (signal: AbortSignal): Promise<number> => {
    const onProgress = (progress: RebuildProgress): void => {
      rebuilding = progress;
    };
    const outcome = await rebuild({ pool, eventStore, projector, signal, onProgress });
    rebuilding = null;
    if (outcome.isErr()) {
      const pause = failed(sentenceOf(outcome.error));
      return outcome.error.kind === 'SwapRefused' ? untilSomebodyActsMillis : pause;
    }
    well();
    return 0;
  };

  const lookAtAlarms = async (): Promise<void> => {
    alarms = await projector.alarms(transactionOf(pool, projector, 'live'));
  };

  const follow = async (state: ProjectionState, ended: AbortSignal, lost: AbortSignal): Promise<Result<FollowEnd, RebuildFailure>> => {
    if (state.checkpoint !== null) board.note(name, state.checkpoint);
    const writer = createBatchWriter(pool, projector, 'live');
    const mayCommit = (): boolean => !lost.aborted;
    // Beside the feed: however many streams are parked, the others do not wait for them.
    const retrying = retryAllParked({ pool, eventStore, projector }, ended);
    const end = await followFeed(
      {
        eventStore,
        projector,
        writer,
        signal: ended,
        mayCommit,
        onPassed: (batch, written) => {
          well();
          lag.note(batch);
          board.note(name, batch.checkpoint);
          if (written) onWritten?.(name);
        },
      },
      state.checkpoint,
    );
    const retried = await retrying;
    return retried.isErr() && end.isOk() ? err(retried.error) : end;
  };

  const drive = async (lock: SessionLock, signal: AbortSignal, takenAway: AbortSignal): Promise<number> => {
    await lookAtAlarms();
    const watching = setInterval(() => void lookAtAlarms().catch(() => undefined), alarmsMillis);
    board.setDriving(name, true);
    lag.begin();
    try {
      // Read again under the lock: whoever drove before may have moved it since.
      const state = await readState(pool, name, 'live');
      if (state === null || !isOurs(state)) return 0;
      well();
      const end = await follow(state, AbortSignal.any([signal, lock.lost, takenAway]), lock.lost);
      if (end.isErr()) return failed(sentenceOf(end.error));
      return lock.lost.aborted && !signal.aborted ? failed('the connection that holds the lock was lost') : 0;
    } finally {
      clearInterval(watching);
      board.setDriving(name, false);
      lag.end();
    }
  };

  /** Notices by itself, not by the next event, when a rebuild by other code or settings has put its rows here. */
  const lockAndDrive = async (ours: boolean, signal: AbortSignal): Promise<number> => {
    const takenAway = new AbortController();
    const look = async (connection: Connection): Promise<void> => {
      const state = await readState(connection, name, 'live');
      if (state === null || !isOurs(state)) takenAway.abort();
    };
    const lock = await takeSessionLock(pool, `projector:${name}`, look);
    if (lock === null) {
      lag.forget();
      // The database answered, and another replica drives: a failure of this one is over.
      if (ours) well();
      return ours ? standbyMillis : yieldMillis;
    }
    try {
      return ours ? await drive(lock, signal, takenAway.signal) : await rebuildRows(signal);
    } finally {
      await lock.release();
    }
  };

  const takeTurn = async (signal: AbortSignal): Promise<number> => {
    await adoptTables(pool, projector);
    const state = await readState(pool, name, 'live');
    if (state === null) return failed('the database has not been migrated');
    if (state.version > version) {
      failed(sentenceOf({ kind: 'MadeByNewerVersion', version: state.version }));
      return yieldMillis;
    }
    const ours = isOurs(state);
    if (!ours && !settled) return rebuildRows(signal);
    settled = true;
    if (!ours) {
      lastError = 'a replica with other settings made the rows';
      if (!yielded) {
        yielded = true;
        return yieldMillis;
      }
    }
    yielded = !ours;
    return lockAndDrive(ours, signal);
  };

  const loop = createLoop({
    turn: async (signal) => {
      try {
        return await takeTurn(signal);
      } catch (error) {
        return failed(wordsOf(error));
      }
    },
    pauseAfterFailure,
  });

  return {
    projection: name,
    start: () => loop.start(),
    stop: () => loop.stop(),
    health: () => ({
      projection: name,
      running: loop.health().running,
      driving: board.isDriving(name),
      rebuilding,
      checkpoint: board.at(name),
      lagMillis: lag.millis(),
      alarms,
      lastError,
    }),
  };
};
