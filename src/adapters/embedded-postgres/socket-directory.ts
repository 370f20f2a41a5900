import { chown, lstat, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Account } from './account.ts';

/** The longest path that fits into a socket's address, less the name that PostgreSQL appends. */
const longestDirectory = 107 - '/.s.PGSQL.65535'.length;
const prefix = 'tiktok-pg-';
const suffixLength = 6;

/**
 * A new directory with a short path that only PostgreSQL's user may enter.
 * @param last the one of the last launch, which goes: a lock in it may name a process that is dead and not yet buried
 */
export const socketDirectory = async (account: Account, last: string | undefined): Promise<string> => {
  if (last !== undefined && (await isPrivateTo(account, last))) await rm(last, { recursive: true, force: true });
  const wished = join(tmpdir(), prefix);
  const made = await mkdtemp(wished.length + suffixLength <= longestDirectory ? wished : join('/tmp', prefix));
  if (account.way === 'other-user') await chown(made, account.uid, account.gid);
  return made;
};

/** Guards against a record that names something else. */
const isPrivateTo = async (account: Account, directory: string): Promise<boolean> => {
  const found = await lstat(directory).catch(() => undefined);
  const named = basename(directory).startsWith(prefix);
  return named && found?.isDirectory() === true && found.uid === account.uid && (found.mode & 0o077) === 0;
};
