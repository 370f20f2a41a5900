import { existsSync } from 'node:fs';
import process from 'node:process';
import type { CliDeps } from '../adapters/cli/cli-deps.ts';
import { outliveReaders } from './outlive-readers.ts';
import { serve } from './serve.ts';

const out = (line: string): void => void process.stdout.write(`${line}\n`);
/** Also once nobody reads any more: what is written then is lost at once. */
const drained = async (): Promise<void> => {
  const { stdout } = process;
  if (!stdout.writableNeedDrain) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const events = ['drain', 'error', 'close'] as const;
  for (const event of events) stdout.on(event, resolve);
  await promise;
  for (const event of events) stdout.off(event, resolve);
};
const err = (line: string): void => void process.stderr.write(`${line}\n`);

/** Replaces the line at the foot of a terminal; null where nobody looks at one. */
const drawOn = (terminal: NodeJS.WriteStream): CliDeps['draw'] =>
  terminal.isTTY ? (line) => void terminal.write(`\r\u001b[2K${line}`) : null;

/** Variables of the process, with those of a `.env` file in the working directory behind them. */
const loadEnvironment = (): void => {
  if (existsSync('.env')) process.loadEnvFile('.env');
};

/** As containers start it. Knowing the other commands takes longer than starting the service. */
const isPlainServe = ([command, ...options]: readonly string[]): boolean =>
  command === 'serve' && options.every((option) => option === '--json');

/** Carries out what stands on the command line. Answers the exit code. */
export const runCommandLine = async (argv: readonly string[]): Promise<number> => {
  outliveReaders(process.stdout, process.stderr);
  loadEnvironment();
  if (isPlainServe(argv)) return serve(process.env, { out, err }, argv.includes('--json'));
  const interrupted = new AbortController();
  const deps: CliDeps = {
    serve: ({ json }) => serve(process.env, { out, err }, json),
    open: async () => (await import('./open-toolbox.ts')).openToolbox(process.env),
    examine: async () => (await import('./examine.ts')).examine(process.env),
    out,
    drained,
    err,
    draw: drawOn(process.stderr),
    signal: interrupted.signal,
  };
  // A second signal ends the process at once.
  if (argv[0] !== 'serve') for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => interrupted.abort());
  const { runCli } = await import('../adapters/cli/run-cli.ts');
  return runCli(argv, deps);
};
