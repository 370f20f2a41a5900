import { chown, mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';

/** Replaces a file that only its owner may read, whole or not at all. */
export const writePrivateFile = async (file: string, text: string): Promise<void> => {
  const next = `${file}.next`;
  await writeFile(next, text, { mode: 0o600, flush: true });
  await ownLikeItsFolder(next);
  await rename(next, file);
};

/** What root makes in another user's folder belongs to that user, who may start the service next time. */
export const ownLikeItsFolder = async (path: string): Promise<void> => {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(dirname(path));
  if (uid !== 0) await chown(path, uid, gid);
};

/** Makes a folder and those above it that are missing. */
export const makeFolder = async (folder: string): Promise<void> => {
  const topmost = await mkdir(folder, { recursive: true });
  if (topmost === undefined) return;
  let made = topmost;
  await ownLikeItsFolder(made);
  for (const name of relative(topmost, folder).split(sep).filter((part) => part !== '')) {
    made = join(made, name);
    await ownLikeItsFolder(made);
  }
};
