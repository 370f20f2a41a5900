import type { Checkpoint } from '../../../application/ports/event-names.ts';
import type { RebuildProgress } from './rebuild.ts';

export type ProjectorHealth = Readonly<{
  projection: string;
  running: boolean;
  /** Whether this replica is the one that writes. */
  driving: boolean;
  rebuilding: RebuildProgress | null;
  /** The last one this replica knows of. */
  checkpoint: Checkpoint | null;
  /** Milliseconds that the rows are known to be behind the history; null where another replica drives. */
  lagMillis: number | null;
  /** What an operator must know of the rows, in sentences. */
  alarms: readonly string[];
  /** In words without stored data; null once all is well again. */
  lastError: string | null;
}>;
