import type { ResultAsync } from 'neverthrow';
import type { MediaId, UserId } from '../../domain/values/ids.ts';
import type { Instant } from '../../domain/values/instant.ts';
import type { Unavailable } from '../failures.ts';
import type { Media } from './media-library.ts';

/** A file that lies on the disk, whole. `stamp` changes whenever anyone touches the file. */
export type StoredFile = Omit<Media, 'expiresAt'> & Readonly<{ stamp: string }>;

export type MediaRecord = Readonly<{ media: Media; stamp: string; expired: boolean }>;

/** What is known about files, beside the files. Times are the database's. */
export interface MediaRecords {
  /** @param keptMillis from now */
  add(file: StoredFile, keptMillis: number): ResultAsync<Media, Unavailable>;
  /** Also when it has expired and was not swept yet. */
  find(id: MediaId): ResultAsync<MediaRecord | null, Unavailable>;
  /** The file was touched and is what it was. */
  restamp(id: MediaId, stamp: string): ResultAsync<void, Unavailable>;
  /** Never brings forward when it expires; nothing for what has expired. */
  keepUntil(id: MediaId, until: Instant): ResultAsync<void, Unavailable>;
  /** Forgets one file or all of a user's; answers whose files are to go now. */
  forget(chosen: Readonly<{ id: MediaId }> | Readonly<{ owner: UserId }>): ResultAsync<readonly MediaId[], Unavailable>;
}

/** Comparing records with what lies on the disk. */
export interface MediaInventory {
  /** Forgets up to so many that have expired; answers whose files are to go now. */
  forgetExpired(atMost: number): ResultAsync<readonly MediaId[], Unavailable>;
  /** Those of the list that there is a record of. */
  known(ids: readonly MediaId[]): ResultAsync<ReadonlySet<MediaId>, Unavailable>;
  /** In the order of ids, behind `after`. */
  page(after: MediaId | null, atMost: number): ResultAsync<readonly MediaId[], Unavailable>;
}
