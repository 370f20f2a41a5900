import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { Socket } from 'node:net';
import { programEnvironment } from './run-program.ts';

export type Ended = Readonly<{ code: number | null; signal: NodeJS.Signals | null; spawnError?: Error }>;

export type GuardedProcess = Readonly<{
  child: ChildProcess;
  ended: Promise<Ended>;
}>;

/**
 * Starts a program of `watchdog.ts` in a session of its own, so that a Ctrl-C in the terminal reaches only this service.
 * It does not keep this process alive.
 */
export const startGuarded = (
  command: readonly string[],
  options: Readonly<{ cwd?: string; uid?: number; gid?: number; stdio: readonly [StdioOf, StdioOf, StdioOf] }>,
): GuardedProcess => {
  const [file = '', ...args] = command;
  const { stdio, ...identity } = options;
  const descriptors: StdioOptions = [...stdio, 'pipe'];
  const child = spawn(file, args, { ...identity, env: programEnvironment(), stdio: descriptors, detached: true });
  const pipe = child.stdio[3];
  if (pipe instanceof Socket) pipe.on('error', () => undefined).unref();
  child.unref();
  const ended = new Promise<Ended>((resolve) => {
    const release = (end: Ended): void => {
      if (pipe instanceof Socket) pipe.end('\n');
      resolve(end);
    };
    child.once('error', (spawnError) => release({ code: null, signal: null, spawnError }));
    child.once('exit', (code, signal) => release({ code, signal }));
  });
  return { child, ended };
};

export type StdioOf = 'ignore' | 'pipe' | number;
