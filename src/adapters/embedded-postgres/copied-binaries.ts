import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { completeBinaries, programOf, type Binaries } from './binaries.ts';
import { hasCode } from './system-error.ts';

/** Where copies are kept: for root a place that every user can reach and only root can write. */
export const copiesFolder = (): string => {
  if (process.getuid?.() === 0) return '/var/cache/tiktok-connections';
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'tiktok-connections');
};

/**
 * A complete copy that every user may run, named after the program's content, so that all installations of one version
 * share one.
 * @throws a system error where there is no room or no right to write
 */
export const copyBinaries = async (original: Binaries, folder: string): Promise<Binaries> => {
  const content = await readFile(programOf(original, 'postgres'));
  const name = `postgresql-${createHash('sha256').update(content).digest('hex').slice(0, 16)}`;
  const copy = { folder: join(folder, name, 'native') };
  if (await isOwn(copy.folder)) return copy;
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const unfinished = await mkdtemp(join(folder, `${name}.unfinished-`));
  try {
    const target = { folder: join(unfinished, 'native') };
    await cp(original.folder, target.folder, {
      ...{ recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE },
      filter: (source) => !source.endsWith('.a'),
    });
    await completeBinaries(target);
    await letEveryoneRead(unfinished);
    await rename(unfinished, join(folder, name)).catch((error: unknown) => {
      if (!hasCode(error, 'ENOTEMPTY', 'EEXIST')) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return copy;
};

/** A folder that someone else made, or may write to, is not one to run programs from. */
const isOwn = async (folder: string): Promise<boolean> => {
  const found = await stat(folder).catch(() => undefined);
  return found !== undefined && found.uid === process.getuid?.() && (found.mode & 0o022) === 0;
};

const letEveryoneRead = async (folder: string): Promise<void> => {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    const executable = entry.isDirectory() || entry.parentPath.endsWith('bin');
    await chmod(path, executable ? 0o755 : 0o644);
  }
};
