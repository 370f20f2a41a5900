import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { open, readFile, type FileHandle } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { err, ok, type Result } from 'neverthrow';
import { ownLikeItsFolder } from './private-file.ts';
import { problem, type EmbeddedPostgresProblem } from './problem.ts';
import { processFacts } from './process-facts.ts';
import { hasCode } from './system-error.ts';

/** The watchdog inherits the descriptor, so that the lock is free only when both are gone. */
export type DirectoryLock = Readonly<{ descriptor: number; release: () => Promise<void> }>;

/** macOS's open(2) takes the lock itself. */
const openExclusive = 0x20;
const takesLockAtOpen = process.platform === 'darwin';

/** How long a watchdog whose service was killed may still hold the lock, and how often that is looked at. */
const graceMilliseconds = 5_000;
const pauseMilliseconds = 20;

/**
 * The right to start or adopt the server of one data directory: a `flock` on a file beside it. The kernel lets it go when its
 * holders end, however they end, and it holds across containers that share the directory. The file is never deleted,
 * since a lock on a deleted file excludes nobody.
 */
export const lockDirectory = async (file: string, dataDir: string): Promise<Result<DirectoryLock, EmbeddedPostgresProblem>> => {
  const until = performance.now() + graceMilliseconds;
  for (;;) {
    const handle = await openAndLock(file);
    if (handle !== undefined) return ok(await signed(handle));
    const holder = await holderOf(file);
    const isAlive = holder !== undefined && (await processFacts(holder)) !== undefined;
    if (isAlive || performance.now() > until) return err(busy(dataDir, holder));
    await delay(pauseMilliseconds);
  }
};

/** Leaves the holder's process id for whoever finds the directory busy. */
const signed = async (handle: FileHandle): Promise<DirectoryLock> => {
  try {
    await handle.truncate(0);
    await handle.write(`${process.pid}\n`, 0);
    return { descriptor: handle.fd, release: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
};

const holderOf = async (file: string): Promise<number | undefined> => {
  const pid = Number.parseInt(await readFile(file, 'utf8').catch(() => ''), 10);
  return pid > 0 ? pid : undefined;
};

const busy = (dataDir: string, holder: number | undefined): EmbeddedPostgresProblem =>
  problem(
    'DataDirectoryBusy',
    `The data directory ${dataDir} is in use by another running service${holder === undefined ? '' : ` (process ${holder})`}.`,
    'Stop that one first, choose another data directory',
  );

const openAndLock = async (file: string): Promise<FileHandle | undefined> => {
  const exclusive = takesLockAtOpen ? openExclusive | constants.O_NONBLOCK : 0;
  const handle = await open(file, constants.O_RDWR | constants.O_CREAT | exclusive, 0o600).catch((error: unknown) => {
    if (takesLockAtOpen && hasCode(error, 'EAGAIN')) return undefined;
    throw error;
  });
  if (handle === undefined) return undefined;
  let taken = false;
  try {
    await ownLikeItsFolder(file);
    taken = takesLockAtOpen || (await takeFlock(handle));
  } finally {
    if (!taken) await handle.close();
  }
  return taken ? handle : undefined;
};

/** The lock belongs to the open file, which the short-lived child shares with this process. */
const takeFlock = (handle: FileHandle): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const child = spawn('flock', ['-n', '3'], { stdio: ['ignore', 'ignore', 'ignore', handle.fd] });
    child.once('error', () => reject(new Error('the program flock (of the package util-linux) can not be run')));
    child.once('exit', (code) => resolve(code === 0));
  });
