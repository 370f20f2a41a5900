import { rm } from 'node:fs/promises';
import { ResultAsync } from 'neverthrow';
import type { Unavailable } from '../../application/failures.ts';
import type { MediaId } from '../../domain/values/ids.ts';
import { diskUnavailable } from './disk-failure.ts';
import type { MediaFolder } from './media-folder.ts';

/** Their records are gone already: a file that stays after a crash in between is found by the next sweep. */
export const removeFiles = (folder: MediaFolder, ids: readonly MediaId[]): ResultAsync<void, Unavailable> =>
  ResultAsync.fromPromise(Promise.all(ids.map((id) => rm(folder.fileOf(id), { force: true }))), diskUnavailable).map(() => undefined);
