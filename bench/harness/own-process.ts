import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';
import { text } from 'node:stream/consumers';

export type ProgramOptions = Readonly<{ nodeOptions?: readonly string[]; environment?: Readonly<Record<string, string>> }>;

/** Runs a program of the benchmarks under this Node to its end. @returns what it printed */
export const runProgram = async (file: string, args: readonly string[], options: ProgramOptions = {}): Promise<string> => {
  const child = spawn(process.execPath, [...(options.nodeOptions ?? []), file, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...options.environment },
  });
  const ended = once(child, 'exit');
  const printed = await text(child.stdout);
  await ended;
  if (child.exitCode !== 0) throw new Error(`${basename(file)} ended with ${child.exitCode ?? 'a signal'}`);
  return printed;
};
