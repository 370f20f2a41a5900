import { ResultAsync } from 'neverthrow';
import type { MediaLibrary, UserMedia } from '../../application/ports/media-library.ts';
import type { MediaRecords } from '../../application/ports/media-records.ts';
import { mediaFolder } from './media-folder.ts';
import { openFile } from './open-file.ts';
import { createVideoProbe, type ProbeVideo } from './probe/probe-video.ts';
import { removeFiles } from './remove-files.ts';
import { storeFile } from './store-file.ts';

export type DiskMediaSettings = Readonly<{
  /** The folder; made when it is missing. Shared by all replicas. */
  path: string;
  maxBytes: number;
  /** How long a file is kept that no publication needs. */
  keptMillis: number;
}>;

/** Files in a folder, what is known of them in records. */
export const createDiskMediaLibrary = (
  { path, maxBytes, keptMillis }: DiskMediaSettings,
  records: MediaRecords,
  probe: ProbeVideo = createVideoProbe(),
): MediaLibrary & UserMedia => {
  const folder = mediaFolder(path);
  return {
    store: (incoming, body) => new ResultAsync(storeFile({ folder, records, probe, maxBytes, keptMillis }, incoming, body)),
    find: (id) => records.find(id).map((found) => (found === null || found.expired ? null : found.media)),
    open: (id) => new ResultAsync(openFile(folder, records, id)),
    remove: (id) => records.forget({ id }).andThen((ids) => removeFiles(folder, ids)),
    removeOf: (owner) => records.forget({ owner }).andThen((ids) => removeFiles(folder, ids)),
    keepUntil: (id, until) => records.keepUntil(id, until),
  };
};
