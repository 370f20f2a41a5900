import { err, ok, type Result } from 'neverthrow';
import type { ClusterPaths } from './cluster-paths.ts';
import { inspectDataDirectory } from './data-directory.ts';
import type { DirectoryLock } from './directory-lock.ts';
import type { Footing } from './footing.ts';
import { initialiseCluster, removeUnfinished } from './initialise-cluster.ts';
import { readPassword } from './password.ts';
import { problem, type EmbeddedPostgresProblem } from './problem.ts';

/** @returns the password of a cluster that is there, after making one where there was none */
export const prepareCluster = async (
  paths: ClusterPaths,
  footing: Footing,
  lock: DirectoryLock,
  durable: boolean,
): Promise<Result<string, EmbeddedPostgresProblem>> => {
  await removeUnfinished(paths);
  const inspected = await inspectDataDirectory(paths, footing.major);
  if (inspected.isErr()) return err(inspected.error);
  if (inspected.value === 'absent') return initialiseCluster(footing, paths, lock, durable);
  const password = await readPassword(paths.password);
  return password === undefined ? err(passwordMissing(paths)) : ok(password);
};

const passwordMissing = (paths: ClusterPaths): EmbeddedPostgresProblem =>
  problem(
    'PasswordMissing',
    `The password of the data directory ${paths.dataDir} is missing: there is no ${paths.password}.`,
    'Restore that file from the backup that the data is in',
  );
