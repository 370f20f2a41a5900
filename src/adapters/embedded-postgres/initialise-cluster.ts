import { chown, mkdtemp, open, rename, rm, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { err, ok, type Result } from 'neverthrow';
import { commandOf, directoryName, identityOf } from './account.ts';
import { programOf } from './binaries.ts';
import type { Footing } from './choose-account.ts';
import type { ClusterPaths } from './cluster-paths.ts';
import { startGuarded } from './guarded-process.ts';
import { problemFromText, type EmbeddedPostgresProblem } from './problem.ts';
import { guardedGroup } from './watchdog.ts';

/** Clusters that a launch began and did not finish; the caller holds the directory's lock. */
export const removeUnfinished = async (paths: ClusterPaths): Promise<void> => {
  for (const name of await readdir(paths.parent)) {
    if (!name.startsWith(paths.unfinishedPrefix)) continue;
    await rm(join(paths.parent, name), { recursive: true, force: true, maxRetries: 5 });
  }
};

/** Makes the cluster under another name and gives it its own when it is complete and on the disk. */
export const initialiseCluster = async (
  footing: Footing,
  paths: ClusterPaths,
  password: string,
  durable: boolean,
): Promise<Result<void, EmbeddedPostgresProblem>> => {
  const unfinished = await mkdtemp(join(paths.parent, paths.unfinishedPrefix));
  const { account } = footing;
  if (account.way === 'other-user') await chown(unfinished, account.uid, account.gid);
  const { succeeded, output } = await runInitdb(footing, unfinished, password, durable);
  if (!succeeded) {
    await rm(unfinished, { recursive: true, force: true, maxRetries: 5 });
    return err(problemFromText(output, `prepare the data directory ${basename(paths.dataDir)}`, paths.parent));
  }
  await rename(unfinished, paths.dataDir);
  if (durable) await syncDirectory(paths.parent);
  return ok(undefined);
};

const runInitdb = async (
  { account, binaries }: Footing,
  directory: string,
  password: string,
  durable: boolean,
): Promise<Readonly<{ succeeded: boolean; output: string }>> => {
  const initdb = [
    ...[programOf(binaries, 'initdb'), '-D', directoryName(account, directory), '-U', superuser],
    ...['--encoding=UTF8', '--locale=C', '--auth-local=scram-sha-256', '--auth-host=scram-sha-256'],
    ...['--pwfile=/dev/stdin', ...(durable ? [] : ['--no-sync'])],
  ];
  const { child, ended } = startGuarded(guardedGroup(commandOf(account, ['sh', '-c', 'cat | "$@"', 'sh', ...initdb])), {
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
  return { succeeded: code === 0, output: spawnError?.message ?? output };
};

/** The role that the service connects as; it alone exists in a new cluster. */
export const superuser = 'postgres';

const syncDirectory = async (directory: string): Promise<void> => {
  const handle = await open(directory);
  await handle.sync().finally(() => handle.close());
};
