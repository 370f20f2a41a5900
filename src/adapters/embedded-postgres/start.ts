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
  /** Demanded by the caller; else the last launch's, or any free one. */
  port: number | undefined;
  settings: Readonly<Record<string, string>>;
  log: (line: string) => void;
}>;

export type Serving = Readonly<{ postmaster: Postmaster; door: Door; socketDirectory: string; adopted: boolean }>;

/** A server started otherwise is not gone on with. */
export const startedWith = ({ footing, settings, port }: Start): string =>
  JSON.stringify([footing.account, footing.binaries.folder, footing.version, settings, port ?? null]);
