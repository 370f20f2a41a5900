import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { Socket } from 'node:net';
import type { DirectoryLock } from './directory-lock.ts';
import { programEnvironment } from './run-program.ts';

export type Ended = Readonly<{ code: number | null; signal: NodeJS.Signals | null; spawnError?: Error }>;

export type GuardedProcess = Readonly<{
  child: ChildProcess;
  ended: Promise<Ended>;
  /** Tells the guard that there is nothing left to guard; the end of the program does so by itself. */
  dismissGuard: () => void;
}>;

type Stdio = 'ignore' | 'pipe' | number;

/**
 * Starts a program of `watchdog.ts` in a session of its own, so that a Ctrl-C in the terminal reaches only this service.
 * It does not keep this process alive.
 */
export const startGuarded = (
  command: readonly string[],
  lock: DirectoryLock,
  options: Readonly<{ cwd?: string; uid?: number; gid?: number; stdio: readonly [Stdio, Stdio, Stdio] }>,
): GuardedProcess => {
  const [file = '', ...args] = command;
  const { stdio, ...placement } = options;
  const descriptors: StdioOptions = [...stdio, 'pipe', lock.descriptor];
  const child = spawn(file, args, { ...placement, env: programEnvironment(), stdio: descriptors, detached: true });
  const pipe = child.stdio[3];
  const socket = pipe instanceof Socket ? pipe.on('error', () => undefined).unref() : undefined;
  child.unref();
  const dismissGuard = (): void => {
    if (socket?.writable === true) socket.end('\n');
  };
  const ended = new Promise<Ended>((resolve) => {
    const end = (how: Ended): void => {
      dismissGuard();
      resolve(how);
    };
    child.once('error', (spawnError) => end({ code: null, signal: null, spawnError }));
    child.once('exit', (code, signal) => end({ code, signal }));
  });
  return { child, ended, dismissGuard };
};
