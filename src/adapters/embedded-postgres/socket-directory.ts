import { chown, lstat, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Account } from './account.ts';

/** The longest path that fits into a socket's address, less the name that PostgreSQL appends. */
const longestDirectory = 107 - '/.s.PGSQL.65535'.length;
const pattern = 'tiktok-pg-';
const suffixLength = 6;

/** A directory with a short path that only PostgreSQL's user may enter; the last launch's, if it is still there. */
export const socketDirectory = async (account: Account, last: string | undefined): Promise<string> => {
  if (last !== undefined && (await isPrivateTo(account, last))) return last;
  const wished = join(tmpdir(), pattern);
  const made = await mkdtemp(wished.length + suffixLength <= longestDirectory ? wished : join('/tmp', pattern));
  if (account.way === 'other-user') await chown(made, account.uid, account.gid);
  return made;
};

const isPrivateTo = async (account: Account, directory: string): Promise<boolean> => {
  const found = await lstat(directory).catch(() => undefined);
  return found?.isDirectory() === true && found.uid === account.uid && (found.mode & 0o077) === 0;
};
