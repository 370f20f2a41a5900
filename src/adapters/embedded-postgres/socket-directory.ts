import { chown, lstat, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Account } from './account.ts';
import type { ClusterPaths } from './cluster-paths.ts';

/** The longest path that fits into a socket's address, less the name that PostgreSQL appends. */
const longestDirectory = 107 - '/.s.PGSQL.65535.'.length;
const prefix = 'tiktok-pg-';
const suffixLength = 6;

/**
 * Makes a directory with a short path that only PostgreSQL's user may enter: beside the data where the path is short enough
 * and that user gets there, else a temporary one.
 * @param last the one of the last launch, which goes: a lock in it may name a process that is dead and not yet buried
 */
export const makeSocketDirectory = async (account: Account, { sockets }: ClusterPaths, last: string | undefined): Promise<string> => {
  if (last !== undefined && (await isOurTemporary(account, last))) await removeSocketDirectory(last);
  if (account.way !== 'other-user' && Buffer.byteLength(sockets) <= longestDirectory) {
    await removeSocketDirectory(sockets);
    await mkdir(sockets, { mode: 0o700 });
    return sockets;
  }
  const wished = join(tmpdir(), prefix);
  const made = await mkdtemp(Buffer.byteLength(wished) + suffixLength <= longestDirectory ? wished : join('/tmp', prefix));
  if (account.way === 'other-user') await chown(made, account.uid, account.gid);
  return made;
};

export const removeSocketDirectory = (directory: string): Promise<void> => rm(directory, { recursive: true, force: true });

/** Guards against a record that names something else. */
const isOurTemporary = async (account: Account, directory: string): Promise<boolean> => {
  const found = await lstat(directory).catch(() => undefined);
  const named = basename(directory).startsWith(prefix);
  return named && found?.isDirectory() === true && found.uid === account.uid && (found.mode & 0o077) === 0;
};
