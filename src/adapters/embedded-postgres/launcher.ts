import { rm } from 'node:fs/promises';
import { err, ok, type Result } from 'neverthrow';
import { clusterPaths, type ClusterPaths } from './cluster-paths.ts';
import { urlOf } from './connection.ts';
import { giveTo, inspectDataDirectory } from './data-directory.ts';
import { lockDirectory, type DirectoryLock } from './directory-lock.ts';
import { findFooting, type FootingOptions } from './footing.ts';
import { initialiseCluster, removeUnfinished } from './initialise-cluster.ts';
import { readLaunchRecord } from './launch-record.ts';
import { launchServer } from './launch-server.ts';
import { readPassword } from './password.ts';
import { makeFolder } from './private-file.ts';
import { problem, problemFromError, type EmbeddedPostgresProblem } from './problem.ts';
import type { Serving, Start } from './start.ts';
import { takeOver } from './take-over.ts';

export type { EmbeddedPostgresProblem } from './problem.ts';

export type EmbeddedPostgres = Readonly<{
  /** TCP on 127.0.0.1, with the superuser's password in it. */
  url: string;
  dataDir: string;
  /** Whether this is a server that an earlier process of this service left behind when it was killed. */
  adopted: boolean;
  /** Shuts down (fast) and resolves when the server is gone; call it after the application has drained. */
  stop: () => Promise<void>;
}>;

export type EmbeddedPostgresOptions = FootingOptions &
  Readonly<{
    /** The cluster's own directory; its password, log and lock lie beside it. */
    dataDir: string;
    /** Made if it is missing; `tiktok_connections` by default. */
    database?: string;
    /** By default the one of the last start if it is free, else any. */
    port?: number;
    log?: (line: string) => void;
    /** Server settings, over the launcher's own. */
    settings?: Readonly<Record<string, string>>;
  }>;

/**
 * Starts PostgreSQL from the programs in npm packages, on a data directory that it makes the first time. When this
 * process ends in any way the server is shut down; what was committed is kept.
 */
export const startEmbeddedPostgres = async (
  options: EmbeddedPostgresOptions,
): Promise<Result<EmbeddedPostgres, EmbeddedPostgresProblem>> => {
  const paths = clusterPaths(options.dataDir);
  const begun = performance.now();
  const attempt = async (): Promise<Result<EmbeddedPostgres, EmbeddedPostgresProblem>> => {
    await makeFolder(paths.parent);
    const locked = await lockDirectory(paths.lock, paths.dataDir);
    if (locked.isErr()) return err(locked.error);
    const lock = locked.value;
    let served: Result<Serving, EmbeddedPostgresProblem> | undefined;
    try {
      served = await serve(options, paths, lock);
    } finally {
      if (served?.isOk() !== true) await lock.release();
    }
    return served.map((serving) => {
      const how = serving.adopted ? 'goes on serving' : 'serves';
      const took = Math.round(performance.now() - begun);
      options.log?.(`PostgreSQL ${how} ${paths.dataDir} on 127.0.0.1:${serving.door.port} (${took} ms)`);
      return handleOf(serving, paths, lock);
    });
  };
  return attempt().catch((error: unknown) => err(problemFromError(error, 'start', paths.dataDir)));
};

const serve = async (
  options: EmbeddedPostgresOptions,
  paths: ClusterPaths,
  lock: DirectoryLock,
): Promise<Result<Serving, EmbeddedPostgresProblem>> => {
  const footing = await findFooting(paths.dataDir, options);
  if (footing.isErr()) return err(footing.error);
  const inspected = await inspectDataDirectory(paths, footing.value.major);
  if (inspected.isErr()) return err(inspected.error);
  const settings = options.settings ?? {};
  await removeUnfinished(paths);
  if (inspected.value === 'absent') {
    const made = await initialiseCluster(footing.value, paths, lock, settings['fsync'] !== 'off');
    if (made.isErr()) return err(made.error);
  }
  const password = await readPassword(paths.password);
  if (password === undefined) return err(passwordMissing(paths));
  const database = options.database ?? 'tiktok_connections';
  const log = options.log ?? (() => undefined);
  const start: Start = { paths, lock, footing: footing.value, password, database, port: options.port, settings, log };
  const last = await readLaunchRecord(paths.launchRecord);
  const taken = await takeOver(start, last);
  if (taken.isErr()) return err(taken.error);
  if (taken.value !== undefined) return ok(taken.value);
  await giveTo(footing.value.account, paths.dataDir);
  return launchServer(start, last);
};

const handleOf = (serving: Serving, { dataDir }: ClusterPaths, lock: DirectoryLock): EmbeddedPostgres => {
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await serving.postmaster.stop();
    await rm(serving.socketDirectory, { recursive: true, force: true });
    await lock.release();
  };
  const { door, adopted } = serving;
  return { url: urlOf(door), dataDir, adopted, stop: () => (stopped ??= stop()) };
};

const passwordMissing = (paths: ClusterPaths): EmbeddedPostgresProblem =>
  problem(
    'PasswordMissing',
    `The password of the data directory ${paths.dataDir} is missing: there is no ${paths.password}.`,
    'Restore that file from the backup that the data is in',
  );
