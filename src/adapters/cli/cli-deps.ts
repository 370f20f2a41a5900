import type { Result } from 'neverthrow';
import type { Toolbox } from './toolbox.ts';

/** Why there is nothing to work with: settings to be mended, or something away that may come back. */
export type CannotOpen = Readonly<{ kind: 'settings' | 'unavailable'; sentences: readonly string[] }>;

/** What the composition root hands to the command line. */
export interface CliDeps {
  /** Runs the service until it is told to stop; answers the exit code. */
  serve(options: Readonly<{ json: boolean }>): Promise<number>;
  /** Reads the settings and makes the parts. Opens no more than it must: each command finds out itself what is away. */
  open(): Promise<Result<Toolbox, CannotOpen>>;
  /** One line to standard output. */
  out(line: string): void;
  /** One line to standard error. */
  err(line: string): void;
  /** Replaces the line that it drew last at the foot of the terminal; '' takes it away. Null when standard error is no terminal. */
  readonly draw: ((line: string) => void) | null;
  /** Aborted when the person interrupts the command. */
  readonly signal: AbortSignal;
}
