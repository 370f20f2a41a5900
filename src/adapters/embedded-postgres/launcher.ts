import { err, ok, type Result } from 'neverthrow';
import { clusterPaths, type ClusterPaths } from './cluster-paths.ts';
import { urlOf } from './connection.ts';
import { giveTo, inspectDataDirectory } from './data-directory.ts';
import { lockDirectory, type DirectoryLock } from './directory-lock.ts';
import { findFooting, type Footing, type FootingOptions } from './footing.ts';
import { keepServing } from './keep-serving.ts';
import { readLaunchRecord } from './launch-record.ts';
import { launchServer } from './launch-server.ts';
import { prepareCluster } from './prepare-cluster.ts';
import { makeFolder } from './private-file.ts';
import { problemFromError, type EmbeddedPostgresProblem } from './problem.ts';
import { removeSocketDirectory } from './socket-directory.ts';
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
 * Starts PostgreSQL from the programs in npm packages, on a data directory that it makes the first time, and again
 * whenever the server ends unasked. When this process ends in any way the server is shut down; what was committed is kept.
 */
export const startEmbeddedPostgres = async (
  options: EmbeddedPostgresOptions,
): Promise<Result<EmbeddedPostgres, EmbeddedPostgresProblem>> => {
  const paths = clusterPaths(options.dataDir);
  return start(options, paths).catch((error: unknown) => err(problemFromError(error, 'start', paths.dataDir)));
};

const start = async (options: EmbeddedPostgresOptions, paths: ClusterPaths): Promise<Result<EmbeddedPostgres, EmbeddedPostgresProblem>> => {
  const begun = performance.now();
  await makeFolder(paths.parent);
  const footing = await findFooting(paths.dataDir, options);
  if (footing.isErr()) return err(footing.error);
  const inspected = await inspectDataDirectory(paths, footing.value.major);
  if (inspected.isErr()) return err(inspected.error);
  const locked = await lockDirectory(paths.lock, paths.dataDir);
  if (locked.isErr()) return err(locked.error);
  const lock = locked.value;
  let served: Result<EmbeddedPostgres, EmbeddedPostgresProblem> | undefined;
  try {
    served = await serve(options, paths, footing.value, lock);
  } finally {
    if (served?.isOk() !== true) await lock.release();
  }
  const took = Math.round(performance.now() - begun);
  return served.map((postgres) => {
    const serves = postgres.adopted ? 'goes on serving' : 'serves';
    options.log?.(`PostgreSQL ${serves} ${postgres.dataDir} on ${new URL(postgres.url).host} (${took} ms).`);
    return postgres;
  });
};

const serve = async (
  options: EmbeddedPostgresOptions,
  paths: ClusterPaths,
  footing: Footing,
  lock: DirectoryLock,
): Promise<Result<EmbeddedPostgres, EmbeddedPostgresProblem>> => {
  const { settings = {}, log = () => undefined, database = 'tiktok_connections', port } = options;
  const prepared = await prepareCluster(paths, footing, lock, settings['fsync'] !== 'off');
  if (prepared.isErr()) return err(prepared.error);
  const plan: Start = { paths, lock, footing, password: prepared.value, database, port, settings, log };
  const last = await readLaunchRecord(paths.launchRecord);
  const taken = await takeOver(plan, last);
  if (taken.isErr()) return err(taken.error);
  if (taken.value === undefined) await giveTo(footing.account, paths.dataDir);
  const serving = taken.value === undefined ? await launchServer(plan, last) : ok(taken.value);
  return serving.map((first) => handleOf(first, plan));
};

const handleOf = (first: Serving, plan: Start): EmbeddedPostgres => {
  const { paths, lock, log } = plan;
  const again = { ...plan, port: first.door.port };
  const relaunch = async (): Promise<Result<Serving, EmbeddedPostgresProblem>> =>
    launchServer(again, await readLaunchRecord(paths.launchRecord));
  const mend = (error: unknown): Result<Serving, EmbeddedPostgresProblem> => err(problemFromError(error, 'start', paths.dataDir));
  const endServing = keepServing(first, () => relaunch().catch(mend), log);
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await endServing();
    const record = await readLaunchRecord(paths.launchRecord);
    await removeSocketDirectory(record?.socketDirectory ?? paths.sockets);
    await lock.release();
  };
  return { url: urlOf(first.door), dataDir: paths.dataDir, adopted: first.adopted, stop: () => (stopped ??= stop()) };
};
