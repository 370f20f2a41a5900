import { randomUUID } from 'node:crypto';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { err, ok, type Result } from 'neverthrow';
import { completeBinaries, findBinaries } from './binaries.ts';
import { findFooting, type RootWay } from './choose-account.ts';
import { clusterPaths } from './cluster-paths.ts';
import { createDatabase, knockUntilAnswered, missingDatabase, urlOf, type Door } from './connection.ts';
import { lockDirectory } from './directory-lock.ts';
import { freePort } from './free-port.ts';
import { initialiseCluster, removeUnfinished } from './initialise-cluster.ts';
import { readLaunchRecord, writeLaunchRecord } from './launch-record.ts';
import { makePassword, readPassword } from './password.ts';
import { launchPostmaster } from './postmaster.ts';
import { problem, problemFromError, problemFromText, type EmbeddedPostgresProblem } from './problem.ts';
import { socketDirectory } from './socket-directory.ts';

export type { EmbeddedPostgresProblem } from './problem.ts';

export type EmbeddedPostgres = Readonly<{
  /** TCP on 127.0.0.1, with the superuser's password in it. */
  url: string;
  dataDir: string;
  /** Whether a server that an earlier, killed process of this service left behind goes on serving. */
  adopted: boolean;
  /** Shuts down (fast) and waits until the server is gone; call it after the application has drained. */
  stop: () => Promise<void>;
}>;

export type EmbeddedPostgresOptions = Readonly<{
  dataDir: string;
  database?: string;
  port?: number;
  log?: (line: string) => void;
  settings?: Readonly<Record<string, string>>;
  asRoot?: RootWay;
}>;

export const startEmbeddedPostgres = async (
  options: EmbeddedPostgresOptions,
): Promise<Result<EmbeddedPostgres, EmbeddedPostgresProblem>> => {
  const paths = clusterPaths(options.dataDir);
  const begun = performance.now();
  try {
    await mkdir(paths.parent, { recursive: true });
    const lock = await lockDirectory(paths.lock);
    if (lock === undefined) return err(problem('DataDirectoryBusy', `busy`, 'stop'));
    const found = findBinaries();
    if (found.isErr()) return err(found.error);
    await completeBinaries(found.value);
    const footing = await findFooting(found.value, options.asRoot);
    if (footing.isErr()) return err(footing.error);
    await removeUnfinished(paths);
    const settings = options.settings ?? {};
    if (!(await exists(paths.dataDir))) {
      const made = await initialiseCluster(footing.value, paths, await makePassword(paths.password), settings['fsync'] !== 'off');
      if (made.isErr()) return err(made.error);
    }
    const password = (await readPassword(paths.password)) ?? '';
    const record = await readLaunchRecord(paths.launchRecord);
    const port = (await freePort(options.port ?? record?.port ?? 0)) ?? (await freePort(0)) ?? 0;
    const sockets = await socketDirectory(footing.value.account, record?.socketDirectory);
    const listening = { port, socketDirectory: sockets, token: randomUUID() };
    await writeLaunchRecord(paths.launchRecord, { ...listening, fingerprint: '' });
    const postmaster = await launchPostmaster(footing.value, paths.dataDir, paths.log, listening, settings);
    const door: Door = { port, password, database: options.database ?? 'tiktok_connections' };
    let answer = await knockUntilAnswered(door, postmaster.isGone);
    if ('code' in answer && answer.code === missingDatabase) answer = await createDatabase(door);
    if (!('session' in answer)) {
      await postmaster.stop();
      return err(problemFromText(await readFile(paths.log, 'utf8'), 'start', paths.dataDir));
    }
    await answer.session.end();
    options.log?.(`PostgreSQL ready on port ${port} after ${Math.round(performance.now() - begun)} ms`);
    return ok({
      url: urlOf(door),
      dataDir: paths.dataDir,
      adopted: false,
      stop: async () => {
        await postmaster.stop();
        await lock.release();
      },
    });
  } catch (error) {
    return err(problemFromError(error, 'start', paths.dataDir));
  }
};

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
