import type { Checkpoint } from './event-names.ts';

export interface ProjectionProgress {
  /** Resolves true when every projection has passed `checkpoint`, false after `timeoutMillis`. Never rejects. */
  waitFor(checkpoint: Checkpoint, timeoutMillis: number): Promise<boolean>;
}
