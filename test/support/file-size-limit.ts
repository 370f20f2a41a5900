import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Files of running processes may not grow over so many bytes: what a full disk is like where no small one can be mounted.
 * @param bytes null for as many as before
 */
export const limitFileSize = async (pids: readonly number[], bytes: number | null): Promise<void> => {
  await Promise.all(pids.map((pid) => run('prlimit', ['--pid', String(pid), `--fsize=${bytes ?? 'unlimited'}:`])));
};
