import { readdir, rm, stat } from 'node:fs/promises';
import { err, ok, ResultAsync, type Result } from 'neverthrow';
import type { Unavailable } from '../../application/failures.ts';
import type { MediaInventory, MediaRecords } from '../../application/ports/media-records.ts';
import type { MediaId } from '../../domain/values/ids.ts';
import { diskCode, diskUnavailable } from './disk-failure.ts';
import { mediaFolder, readName, type MediaFolder } from './media-folder.ts';
import { removeFiles } from './remove-files.ts';

const batchSize = 500;
/** Between a file's last byte and its record lies its probing alone. */
const graceMillis = 3_600_000;

type Entry = Readonly<{ name: string; id: MediaId; whole: boolean }>;

export type SweepPorts = Readonly<{ records: MediaRecords & MediaInventory; path: string; nowMillis: () => number }>;

const sweepExpired = async (records: MediaInventory, folder: MediaFolder, signal: AbortSignal): Promise<Result<void, Unavailable>> => {
  while (!signal.aborted) {
    const expired = await records.forgetExpired(batchSize);
    if (expired.isErr()) return err(expired.error);
    const removed = await removeFiles(folder, expired.value);
    if (removed.isErr() || expired.value.length < batchSize) return removed;
  }
  return ok();
};

/** What lies there; nothing where there is no folder yet. */
const entriesOf = async ({ path }: MediaFolder): Promise<readonly Entry[]> => {
  const names = await readdir(path).catch((error: unknown) => {
    if (diskCode(error) === 'ENOENT') return [];
    throw error;
  });
  return names.flatMap((name) => {
    const read = readName(name);
    return read === null ? [] : [{ name, ...read }];
  });
};

const removeIfOld = async (path: string, olderThan: number): Promise<void> => {
  const found = await stat(path).catch(() => null);
  if (found !== null && found.mtimeMs < olderThan) await rm(path, { force: true });
};

const batchesOf = <Item>(items: readonly Item[]): readonly (readonly Item[])[] =>
  Array.from({ length: Math.ceil(items.length / batchSize) }, (_, index) => items.slice(index * batchSize, (index + 1) * batchSize));

/** Files that nobody writes any more and nothing is known of. */
const sweepOrphans = async ({ records, nowMillis }: SweepPorts, folder: MediaFolder, entries: readonly Entry[]): Promise<Result<void, Unavailable>> => {
  const olderThan = nowMillis() - graceMillis;
  for (const batch of batchesOf(entries)) {
    const known = await records.known(batch.filter(({ whole }) => whole).map(({ id }) => id));
    if (known.isErr()) return err(known.error);
    const orphans = batch.filter(({ id, whole }) => !whole || !known.value.has(id));
    await Promise.all(orphans.map(({ id, whole }) => removeIfOld(whole ? folder.fileOf(id) : folder.partOf(id), olderThan)));
  }
  return ok();
};

/** Records whose file went. Where not one file is left, a disk may be missing: then all of them stay until they expire. */
const sweepEmptyRecords = async ({ records }: SweepPorts, folder: MediaFolder, entries: readonly Entry[]): Promise<Result<void, Unavailable>> => {
  if (!entries.some(({ whole }) => whole)) return ok();
  for (let after: MediaId | null = null; ; ) {
    const page: Result<readonly MediaId[], Unavailable> = await records.page(after, batchSize);
    if (page.isErr()) return err(page.error);
    for (const id of page.value) {
      const missing = await stat(folder.fileOf(id)).then(
        () => false,
        (error: unknown) => diskCode(error) === 'ENOENT',
      );
      if (!missing) continue;
      const forgotten = await records.forget({ id });
      if (forgotten.isErr()) return err(forgotten.error);
    }
    after = page.value.at(-1) ?? null;
    if (after === null || page.value.length < batchSize) return ok();
  }
};

const sweep = async (ports: SweepPorts, signal: AbortSignal): Promise<Result<void, Unavailable>> => {
  const folder = mediaFolder(ports.path);
  const expired = await sweepExpired(ports.records, folder, signal);
  if (expired.isErr()) return expired;
  const entries = await entriesOf(folder);
  const orphans = await sweepOrphans(ports, folder, entries);
  return orphans.isErr() ? orphans : sweepEmptyRecords(ports, folder, entries);
};

/** Removes what has expired, files that nothing is known of, and records of files that are not there. */
export const sweepMedia = (ports: SweepPorts, signal: AbortSignal): ResultAsync<void, Unavailable> =>
  new ResultAsync(sweep(ports, signal).catch((error: unknown) => err(diskUnavailable(error))));
