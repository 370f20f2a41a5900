import type pg from 'pg';
import type { EventStore } from '../../../application/ports/event-store.ts';
import type { ProgressBoard } from './progress-board.ts';
import { createProjectorDriver } from './projector-driver.ts';
import type { ProjectorHealth } from './projector-health.ts';
import type { Projector } from './projector.ts';

export interface ProjectorRuntime {
  start(): void;
  /** Every driver finishes its batch and gives its lock back. */
  stop(): Promise<void>;
  /** One per projector, in the order they were given. */
  health(): readonly ProjectorHealth[];
}

export type RuntimeParts = Readonly<{
  pool: pg.Pool;
  eventStore: EventStore;
  projectors: readonly Projector[];
  board: ProgressBoard;
  onWritten?: (projection: string) => void;
}>;

/** All projectors of this replica, each driven on its own, so that none waits for another. */
export const createProjectorRuntime = ({ projectors, ...parts }: RuntimeParts): ProjectorRuntime => {
  const drivers = projectors.map((projector) => createProjectorDriver({ ...parts, projector }));
  return {
    start: () => drivers.forEach((driver) => driver.start()),
    stop: async () => {
      await Promise.all(drivers.map((driver) => driver.stop()));
    },
    health: () => drivers.map((driver) => driver.health()),
  };
};
