import { err, ok, type Result } from 'neverthrow';
import type { Unavailable } from '../../application/failures.ts';
import type { MediaGone, MediaReader } from '../../application/ports/media-library.ts';
import type { MediaRecord, MediaRecords } from '../../application/ports/media-records.ts';
import type { MediaId } from '../../domain/values/ids.ts';
import { diskCode, diskUnavailable } from './disk-failure.ts';
import { hashFile, lookAtFile } from './file-stamp.ts';
import type { MediaFolder } from './media-folder.ts';
import { readRange } from './read-range.ts';

type Refused = MediaGone | Unavailable;

const gone = (reason: MediaGone['reason']): MediaGone => ({ kind: 'MediaGone', reason });

/** A file that was touched since, as by a restored backup, is believed once its hash is what it was. */
const checked = async (records: MediaRecords, path: string, { media, stamp }: MediaRecord): Promise<Result<MediaReader, Refused>> => {
  const found = await lookAtFile(path);
  if (found.bytes !== media.bytes) return err(gone('changed'));
  if (found.stamp !== stamp) {
    if ((await hashFile(path)) !== media.sha256) return err(gone('changed'));
    if ((await lookAtFile(path)).stamp !== found.stamp) return err(gone('changed'));
    const kept = await records.restamp(media.id, found.stamp);
    if (kept.isErr()) return err(kept.error);
  }
  return ok({ media, read: (first, last) => readRange(path, found, first, last) });
};

export const openFile = async (folder: MediaFolder, records: MediaRecords, id: MediaId): Promise<Result<MediaReader, Refused>> => {
  const found = await records.find(id);
  if (found.isErr()) return err(found.error);
  if (found.value === null) return err(gone('unknown'));
  if (found.value.expired) return err(gone('expired'));
  return checked(records, folder.fileOf(id), found.value).catch((error: unknown) =>
    err(diskCode(error) === 'ENOENT' ? gone('unknown') : diskUnavailable(error)),
  );
};
