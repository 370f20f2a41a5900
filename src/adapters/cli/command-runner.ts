import { err, ok, type Result } from 'neverthrow';
import { z } from 'zod';
import type { CliDeps } from './cli-deps.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { away, wrongUse, type Done, type Refusal } from './outcome.ts';
import { printable } from './printable.ts';
import { refusalOfTrouble } from './refusals.ts';
import type { Toolbox } from './toolbox.ts';

export type Outcome = Result<Done, Refusal>;

/** Shows how far a long command is; does nothing where nobody watches. */
export type Progress = (line: string) => void;

export type Work = (toolbox: Toolbox, progress: Progress, signal: AbortSignal) => Promise<Outcome>;

const jsonOption = z.object({ json: z.boolean().default(false) });

export interface CommandRunner {
  /** The exit code of the last command that ran. */
  readonly exitCode: ExitCode;
  /** Runs `work` with the parts, on a schema that is up to date. @param options as commander gives them */
  run(options: unknown, work: Result<Work, Refusal>): Promise<void>;
  /** The same on whatever schema the database has. */
  runOnAnySchema(options: unknown, work: Result<Work, Refusal>): Promise<void>;
  /** Prints the outcome of something that needs no parts. */
  show(options: unknown, outcome: Outcome): void;
}

const upToDate = async ({ migrations }: Toolbox): Promise<Result<void, Refusal>> => {
  const pending = await migrations.pending();
  if (pending.isErr()) return err(refusalOfTrouble(pending.error));
  if (pending.value.length === 0) return ok(undefined);
  return err(away(`The database lacks ${pending.value.join(', ')}: run \`migrate\` first.`));
};

export const createCommandRunner = (deps: CliDeps): CommandRunner => {
  let exitCode: ExitCode = exitCodes.done;

  const show = (options: unknown, outcome: Outcome): void => {
    const { json } = jsonOption.parse(options);
    deps.draw?.('');
    if (outcome.isErr()) {
      exitCode = outcome.error.exitCode;
      if (json) deps.out(JSON.stringify({ error: outcome.error.sentences.join(' ') }));
      for (const sentence of outcome.error.sentences) deps.err(printable(sentence));
      return;
    }
    const { document, lines, remarks } = outcome.value;
    exitCode = outcome.value.exitCode;
    if (json && document !== undefined) deps.out(JSON.stringify(document));
    else lines.forEach((line) => deps.out(line));
    if (!json) remarks.forEach((remark) => deps.err(remark));
  };

  const withToolbox = async (work: Result<Work, Refusal>, anySchema: boolean): Promise<Outcome> => {
    if (work.isErr()) return err(work.error);
    const opened = await deps.open();
    if (opened.isErr()) {
      const { kind, sentences } = opened.error;
      return err(kind === 'settings' ? wrongUse(...sentences) : away(...sentences));
    }
    const toolbox = opened.value;
    try {
      const ready = anySchema ? ok(undefined) : await upToDate(toolbox);
      if (ready.isErr()) return err(ready.error);
      return await work.value(toolbox, (line) => deps.draw?.(line), deps.signal);
    } finally {
      await toolbox.close();
    }
  };

  return {
    get exitCode() {
      return exitCode;
    },
    run: async (options, work) => show(options, await withToolbox(work, false)),
    runOnAnySchema: async (options, work) => show(options, await withToolbox(work, true)),
    show,
  };
};
