import { readdir, readFile, readlink } from 'node:fs/promises';
import process from 'node:process';
import { expect } from 'vitest';

const noAnswer = (): string => '';

/** Whether a process has to do with a folder: by its command line, its variables or its working directory. */
const concerns = async (pid: string, folder: string): Promise<boolean> => {
  const told = await Promise.all([
    readFile(`/proc/${pid}/cmdline`, 'utf8').catch(noAnswer),
    readFile(`/proc/${pid}/environ`, 'utf8').catch(noAnswer),
    readlink(`/proc/${pid}/cwd`).catch(noAnswer),
  ]);
  return told.some((text) => text.includes(folder));
};

/** Every living process that has to do with a folder, this one excepted. */
export const processesAbout = async (folder: string): Promise<readonly number[]> => {
  const found = await Promise.all(
    (await readdir('/proc'))
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .map(async (pid) => ((await concerns(pid, folder)) ? [Number(pid)] : [])),
  );
  return found.flat();
};

/** Resolves when nothing is left that has to do with a folder; fails if it takes too long. */
export const untilNobodyIsAbout = (folder: string, timeout = 20_000): Promise<void> =>
  expect.poll(() => processesAbout(folder), { interval: 50, timeout }).toEqual([]);

/** Ends every process about a folder at once, as a power cut would. */
export const killAllAbout = async (folder: string): Promise<void> => {
  for (const pid of await processesAbout(folder)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }
};
