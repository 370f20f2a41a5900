import type { Door } from './connection.ts';
import type { ClusterPaths } from './cluster-paths.ts';
import type { DirectoryLock } from './directory-lock.ts';
import type { Footing } from './footing.ts';
import type { Postmaster } from './postmaster.ts';

/** One start of a cluster, as far as it is decided before there is a server. */
export type Start = Readonly<{
  paths: ClusterPaths;
  lock: DirectoryLock;
  footing: Footing;
  password: string;
  database: string;
  /** Demanded; else the last launch's if it is free, or any. */
  port: number | undefined;
  settings: Readonly<Record<string, string>>;
  log: (line: string) => void;
}>;

export type Serving = Readonly<{ postmaster: Postmaster; door: Door; adopted: boolean }>;

/** Tells servers that were started alike from others. */
export const startedWith = ({ footing, settings }: Start): string =>
  JSON.stringify([footing.account, footing.binaries.folder, footing.version, settings]);
