import { exitCodes, type ExitCode } from './exit-codes.ts';

/** A command that ran to its end. */
export type Done = Readonly<{
  exitCode: Exclude<ExitCode, typeof exitCodes.wrongUse>;
  /** What `--json` prints, as the only thing on standard output; undefined where the command has printed itself. */
  document: unknown;
  /** What a person reads instead. */
  lines: readonly string[];
  /** Remarks for a person, on standard error, so that what is piped on stays clean. */
  remarks: readonly string[];
}>;

/** A command that could not be carried out. Each sentence names the cause and what to do about it. */
export type Refusal = Readonly<{ exitCode: typeof exitCodes.wrongUse | typeof exitCodes.unavailable; sentences: readonly string[] }>;

export const done = (document: unknown, lines: readonly string[], remarks: readonly string[] = []): Done => ({
  exitCode: exitCodes.done,
  document,
  lines,
  remarks,
});

/** For a command that has printed all it had while it worked. */
export const printed: Done = { exitCode: exitCodes.done, document: undefined, lines: [], remarks: [] };

export const foundDifference = (document: unknown, lines: readonly string[]): Done => ({
  exitCode: exitCodes.foundDifference,
  document,
  lines,
  remarks: [],
});

export const wrongUse = (...sentences: readonly string[]): Refusal => ({ exitCode: exitCodes.wrongUse, sentences });
export const away = (...sentences: readonly string[]): Refusal => ({ exitCode: exitCodes.unavailable, sentences });
