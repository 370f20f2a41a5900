import { ok } from 'neverthrow';
import { runCli } from '../../../src/adapters/cli/run-cli.ts';
import type { CliDeps } from '../../../src/adapters/cli/cli-deps.ts';
import type { Toolbox } from '../../../src/adapters/cli/toolbox.ts';

export type Ran = Readonly<{
  exitCode: number;
  out: readonly string[];
  err: readonly string[];
  drawn: readonly string[];
  /** Standard output as the one JSON document that it must be. */
  document(): unknown;
}>;

const notGiven = (): never => {
  throw new Error('this command line was given no such part');
};

/** Runs one command line as a terminal would. */
export const run = async (parts: Partial<CliDeps>, ...argv: readonly string[]): Promise<Ran> => {
  const out: string[] = [];
  const err: string[] = [];
  const drawn: string[] = [];
  const exitCode = await runCli(argv, {
    serve: notGiven,
    open: notGiven,
    examine: notGiven,
    out: (line) => out.push(line),
    drained: () => Promise.resolve(),
    err: (line) => err.push(line),
    draw: (line) => drawn.push(line),
    signal: new AbortController().signal,
    ...parts,
  });
  const document = (): unknown => {
    if (out.length !== 1) throw new Error(`expected one document on standard output, got ${out.length} lines`);
    return JSON.parse(out[0] ?? '');
  };
  return { exitCode, out, err, drawn, document };
};

/** Hands out one toolbox again and again, and lets nobody close it. */
export const opening = (toolbox: Toolbox): Pick<CliDeps, 'open'> => ({
  open: () => Promise.resolve(ok({ ...toolbox, close: () => Promise.resolve() })),
});
