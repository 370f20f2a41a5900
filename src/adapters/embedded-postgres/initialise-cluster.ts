import { chown, mkdtemp, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { err, ok, type Result } from 'neverthrow';
import { commandOf, directoryName, identityOf } from './account.ts';
import { programOf } from './binaries.ts';
import type { ClusterPaths } from './cluster-paths.ts';
import { superuser } from './connection.ts';
import { markName } from './data-directory.ts';
import type { DirectoryLock } from './directory-lock.ts';
import type { Footing } from './footing.ts';
import { startGuarded } from './guarded-process.ts';
import { makePassword, readPassword } from './password.ts';
import { problemFromText, type EmbeddedPostgresProblem } from './problem.ts';
import { guardedGroup } from './watchdog.ts';

/** Removes what earlier launches began and did not finish. */
export const removeUnfinished = async (paths: ClusterPaths): Promise<void> => {
  for (const name of await readdir(paths.parent)) {
    if (name.startsWith(paths.unfinishedPrefix)) await removeAll(join(paths.parent, name));
  }
};

/** A killed initdb may still write for a moment. */
const removeAll = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 5 });

/**
 * Makes the cluster under another name; it gets its own when it is complete and on the disk.
 * @param durable false saves the time of writing through to the disk
 * @returns its superuser's password
 */
export const initialiseCluster = async (
  footing: Footing,
  paths: ClusterPaths,
  lock: DirectoryLock,
  durable: boolean,
): Promise<Result<string, EmbeddedPostgresProblem>> => {
  const password = (await readPassword(paths.password)) ?? (await makePassword(paths.password));
  const unfinished = await mkdtemp(join(paths.parent, paths.unfinishedPrefix));
  const { account } = footing;
  if (account.way === 'other-user') await chown(unfinished, account.uid, account.gid);
  const failure = await runInitdb(footing, unfinished, lock, { password, durable });
  if (failure !== undefined) {
    await removeAll(unfinished);
    return err(problemFromText(failure, 'prepare its data directory', paths.parent));
  }
  await rename(unfinished, paths.dataDir);
  if (durable) await syncDirectory(paths.parent);
  return ok(password);
};

/** Standard input, a pipe, brings the password, since the other user can't read its file. */
const script = `cat | "$@" && : > ${markName}`;

const runInitdb = async (
  { account, binaries }: Footing,
  directory: string,
  lock: DirectoryLock,
  { password, durable }: Readonly<{ password: string; durable: boolean }>,
): Promise<string | undefined> => {
  const initdb = [
    ...[programOf(binaries, 'initdb'), '-D', directoryName(account, directory), '-U', superuser],
    ...['--encoding=UTF8', '--locale=C', '--auth-local=scram-sha-256', '--auth-host=scram-sha-256'],
    ...['--pwfile=/dev/stdin', ...(durable ? [] : ['--no-sync'])],
  ];
  const command = guardedGroup(commandOf(account, ['sh', '-c', script, 'sh', ...initdb]));
  const { child, ended } = startGuarded(command, lock, {
    ...identityOf(account),
    cwd: directory,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
  }
  child.stdin?.on('error', () => undefined).end(`${password}\n`);
  child.ref();
  const { code, spawnError } = await ended;
  return code === 0 ? undefined : (spawnError?.message ?? output);
};

const syncDirectory = async (directory: string): Promise<void> => {
  const handle = await open(directory);
  await handle.sync().finally(() => handle.close());
};
