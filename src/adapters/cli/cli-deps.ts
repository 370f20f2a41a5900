import type { Result } from 'neverthrow';
import type { ExaminedDatabase, ExaminedSettings } from '../../application/diagnosing/diagnose.ts';
import type { Reach } from '../../application/diagnosing/provider-checks.ts';
import type { Clock } from '../../application/ports/clock.ts';
import type { Toolbox } from './toolbox.ts';

/** Why there is nothing to work with: settings to be mended, or something away that may come back. */
export type CannotOpen = Readonly<{ kind: 'settings' | 'unavailable'; sentences: readonly string[] }>;

/** `address` is null for a database of one's own: it may hold a password. */
export type ShownDatabase = Readonly<{ embedded: boolean; address: string | null }>;

/** Everything that `doctor` looks at. */
export type Examination = Readonly<{
  settings: ExaminedSettings;
  /** Null when it was not opened, for the settings are wrong or for `databaseProblem`. */
  database: Readonly<{ shown: ShownDatabase; examined: ExaminedDatabase }> | null;
  /** Why the database could not be opened, in a sentence. */
  databaseProblem: string | null;
  clock: Clock;
  /** `reachAddress`, or what stands in for it. */
  reach: Reach;
  close: () => Promise<void>;
}>;

/** What the composition root hands to the command line. */
export interface CliDeps {
  /** Runs the service until it is told to stop; answers the exit code. */
  serve(options: Readonly<{ json: boolean }>): Promise<number>;
  /** Reads the settings and makes the parts. Opens no more than it must: each command finds out itself what is away. */
  open(): Promise<Result<Toolbox, CannotOpen>>;
  /** Opens what can be opened, for `doctor`; never fails, since that is what is to be explained. */
  examine(): Promise<Examination>;
  /** One line to standard output. */
  out(line: string): void;
  /** Resolves once standard output takes more: for commands that print without end. */
  drained(): Promise<void>;
  /** One line to standard error. */
  err(line: string): void;
  /** Replaces the line that it drew last at the foot of the terminal; '' takes it away. Null when standard error is no terminal. */
  readonly draw: ((line: string) => void) | null;
  /** Aborted when the person interrupts the command. */
  readonly signal: AbortSignal;
}
