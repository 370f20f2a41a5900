import { basename, dirname, join, resolve } from 'node:path';

/** Where a cluster and what belongs to it lie: its directory, and beside it the files that only the launcher reads. */
export type ClusterPaths = Readonly<{
  dataDir: string;
  parent: string;
  password: string;
  lock: string;
  launchRecord: string;
  log: string;
  sockets: string;
  /** A cluster under construction is a sibling with this prefix; it takes its name only when it is complete. */
  unfinishedPrefix: string;
}>;

export const clusterPaths = (directory: string): ClusterPaths => {
  const dataDir = resolve(directory);
  const beside = (suffix: string): string => join(dirname(dataDir), `${basename(dataDir)}.${suffix}`);
  return {
    dataDir,
    parent: dirname(dataDir),
    password: beside('password'),
    lock: beside('lock'),
    launchRecord: beside('launch.json'),
    log: beside('log'),
    sockets: beside('sockets'),
    unfinishedPrefix: `${basename(dataDir)}.unfinished-`,
  };
};
