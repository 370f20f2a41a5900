import { open, rename, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { ownLikeItsFolder } from './private-file.ts';

const largestBytes = 1_000_000;
const longestTailBytes = 16_384;

/** PostgreSQL's log, which it writes itself so that neither side waits for the other. */
export type ServerLog = Readonly<{
  descriptor: number;
  /** What was written since it was opened, or the end of that. */
  tail: () => Promise<string>;
  close: () => Promise<void>;
}>;

/** Appends; a log that has grown large is put aside under one older name. */
export const openServerLog = async (file: string): Promise<ServerLog> => {
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (size > largestBytes) await rename(file, `${file}.1`);
  const handle = await open(file, 'a+', 0o600);
  await ownLikeItsFolder(file);
  const begin = (await handle.stat()).size;
  return { descriptor: handle.fd, tail: () => readFrom(handle, begin), close: () => handle.close() };
};

const readFrom = async (handle: FileHandle, begin: number): Promise<string> => {
  const { size } = await handle.stat();
  const from = Math.max(begin, size - longestTailBytes);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - from), 0, size - from, from);
  return buffer.toString('utf8', 0, bytesRead);
};
