import type { Checkpoint } from '../../../application/ports/event-names.ts';

/** How far this process knows each projection to be; wakes those who wait for it. */
export interface ProgressBoard {
  /** Checkpoints only move on: an older one is ignored. */
  note(projection: string, checkpoint: Checkpoint): void;
  at(projection: string): Checkpoint | null;
  /** Whether this process drives the projection, so that `note` comes at once. */
  setDriving(projection: string, driving: boolean): void;
  isDriving(projection: string): boolean;
  /** Called after each move. Answers how to end it. */
  onMove(listener: () => void): () => void;
}

export const createProgressBoard = (): ProgressBoard => {
  const checkpoints = new Map<string, Checkpoint>();
  const driven = new Set<string>();
  const listeners = new Set<() => void>();
  return {
    note: (projection, checkpoint) => {
      const known = checkpoints.get(projection);
      if (known !== undefined && known >= checkpoint) return;
      checkpoints.set(projection, checkpoint);
      for (const listener of [...listeners]) listener();
    },
    at: (projection) => checkpoints.get(projection) ?? null,
    setDriving: (projection, driving) => void (driving ? driven.add(projection) : driven.delete(projection)),
    isDriving: (projection) => driven.has(projection),
    onMove: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
};
