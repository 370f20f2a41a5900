import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

export type DirectoryLock = Readonly<{ release: () => Promise<void> }>;

/** BSD's and macOS's open(2) takes the lock itself. */
const openExclusive = 0x20;

/**
 * The right to start or adopt the server of one data directory. It is a `flock` on a file beside it, held through a descriptor of this very
 * process: the kernel lets it go when the process ends, however it ends, and no other process can mistake a leftover
 * file for a holder. The file is never deleted, since a lock on a deleted file excludes nobody.
 * @returns undefined where another process holds it
 */
export const lockDirectory = async (file: string): Promise<DirectoryLock | undefined> => {
  const bsd = process.platform === 'darwin' ? openExclusive | constants.O_NONBLOCK : 0;
  const handle = await open(file, constants.O_RDWR | constants.O_CREAT | bsd, 0o600).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return undefined;
    throw error;
  });
  if (handle === undefined) return undefined;
  if (bsd === 0 && !(await takeFlock(handle))) {
    await handle.close();
    return undefined;
  }
  await handle.truncate(0);
  await handle.write(`${process.pid}\n`, 0);
  return { release: () => handle.close() };
};

/** The lock belongs to the open file, which the short-lived child shares with this process. */
const takeFlock = (handle: FileHandle): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const child = spawn('flock', ['--nonblock', '3'], { stdio: ['ignore', 'ignore', 'ignore', handle.fd] });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code === 0));
  });
