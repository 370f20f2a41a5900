import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'vitest';

/** Command lines by process id, without the remains of the dead. */
const commandLines = async (): Promise<ReadonlyMap<number, string>> => {
  const { stdout } = await promisify(execFile)('ps', ['-e', '-ww', '-o', 'pid=,stat=,args=']);
  const lines = stdout.split('\n').flatMap((line) => {
    const [, pid, state, args] = /^\s*(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined || args === undefined || state?.startsWith('Z') === true ? [] : [[Number(pid), args] as const];
  });
  return new Map(lines);
};

/** Processes whose command line contains a text. */
export const processesWith = async (text: string): Promise<readonly number[]> =>
  [...(await commandLines())].filter(([, args]) => args.includes(text)).map(([pid]) => pid);

/** Resolves when a process is gone; fails if it takes too long. */
export const untilGone = (pid: number): Promise<void> =>
  expect.poll(async () => (await commandLines()).has(pid), { interval: 20, timeout: 20_000 }).toBe(false);

/** Resolves when no process has the text in its command line; fails if that takes too long. */
export const untilNoneWith = (text: string): Promise<void> =>
  expect.poll(() => processesWith(text), { interval: 20, timeout: 20_000 }).toEqual([]);
