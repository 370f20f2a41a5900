import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, readlink, rename, rm, stat, symlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, sep } from 'node:path';
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
    await copyForEveryone(original.folder, target.folder);
    await completeBinaries(target);
    await chmod(unfinished, folderMode);
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

const folderMode = 0o755;

/** Whatever the modes of the original, which may lie in a folder that nobody may write to. */
const copyForEveryone = async (from: string, to: string): Promise<void> => {
  await mkdir(to, { mode: folderMode });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await copyForEveryone(source, target);
    else if (entry.isSymbolicLink()) await symlink(await readlink(source), target);
    else if (!isForLinkers(entry.name)) {
      await copyFile(source, target, constants.COPYFILE_FICLONE);
      await chmod(target, from.endsWith(`${sep}bin`) ? 0o755 : 0o644);
    }
  }
};

/** Static libraries, which no running program reads. */
const isForLinkers = (name: string): boolean => name.endsWith('.a');
