import type pg from 'pg';
import type { Checkpoint } from '../../application/ports/event-names.ts';
import type { ProjectionProgress } from '../../application/ports/projection-progress.ts';
import type { ProgressBoard } from './projector/progress-board.ts';
import { liveCheckpoints } from './projector/projection-state.ts';

export type ProgressParts = Readonly<{
  pool: pg.Pool;
  board: ProgressBoard;
  /** Those that a reader may ask for after a write. */
  projections: readonly string[];
}>;

/** How often the table is asked while somebody waits for a projection that another replica drives, or this one. */
const elsewhereMillis = 20;
const hereMillis = 250;

type Waiting = Readonly<{ look: () => void }>;

export const createProjectionProgress = ({ pool, board, projections }: ProgressParts): ProjectionProgress => {
  const waiting = new Set<Waiting>();
  let polling = false;

  const passed = (checkpoint: Checkpoint): boolean =>
    projections.every((projection) => {
      const at = board.at(projection);
      return at !== null && at >= checkpoint;
    });

  const readTable = async (): Promise<void> => {
    for (const [projection, checkpoint] of await liveCheckpoints(pool)) {
      if (checkpoint !== null) board.note(projection, checkpoint);
    }
  };

  /** One loop for all who wait, and none when nobody does. */
  const poll = (): void => {
    if (polling || waiting.size === 0) return;
    polling = true;
    const pause = projections.every((projection) => board.isDriving(projection)) ? hereMillis : elsewhereMillis;
    setTimeout(() => {
      void readTable()
        .catch(() => undefined)
        .finally(() => {
          polling = false;
          for (const { look } of waiting) look();
          poll();
        });
    }, pause);
  };

  return {
    waitFor: (checkpoint, timeoutMillis) => {
      if (passed(checkpoint)) return Promise.resolve(true);
      return new Promise((resolve) => {
        const settle = (outcome: boolean): void => {
          clearTimeout(timer);
          stopListening();
          waiting.delete(waiter);
          resolve(outcome);
        };
        const waiter = { look: () => void (passed(checkpoint) && settle(true)) };
        const timer = setTimeout(() => settle(false), timeoutMillis);
        const stopListening = board.onMove(() => waiter.look());
        waiting.add(waiter);
        poll();
      });
    },
  };
};
