import type { ResultAsync } from 'neverthrow';
import type { VideoFacts } from '../../domain/publication/posting-rules.ts';
import type { MediaId, UserId } from '../../domain/values/ids.ts';
import type { Instant } from '../../domain/values/instant.ts';
import type { Unavailable } from '../failures.ts';

export type Media = Readonly<{
  id: MediaId;
  /** Null where a service uploaded it. */
  owner: UserId | null;
  bytes: number;
  contentType: string;
  /** 64 lower-case hex digits. */
  sha256: string;
  /** Null for what is no video that we can read. */
  video: VideoFacts | null;
  expiresAt: Instant;
}>;

export type Incoming = Readonly<{
  owner: UserId | null;
  contentType: string;
  /** As declared; null where the sender does not say (a fetched address). */
  bytes: number | null;
}>;

/** More bytes came, or were declared, than `limit`. */
export type MediaTooLarge = Readonly<{ kind: 'MediaTooLarge'; limit: number }>;
/** Fewer or more bytes came than were declared. */
export type MediaIncomplete = Readonly<{ kind: 'MediaIncomplete'; declared: number; received: number }>;
/** The disk has no room for it; nothing of it is left behind. */
export type StorageFull = Readonly<{ kind: 'StorageFull' }>;
/** The sender broke off, or what it sent could not be read. */
export type MediaUnreadable = Readonly<{ kind: 'MediaUnreadable'; reason: string }>;
export type StoreFailure = MediaTooLarge | MediaIncomplete | StorageFull | MediaUnreadable | Unavailable;

/** It is no longer here, or no longer what was uploaded. */
export type MediaGone = Readonly<{ kind: 'MediaGone'; reason: 'unknown' | 'expired' | 'changed' }>;

/** Files on their way to TikTok, never whole in memory. */
export interface MediaLibrary {
  /** Streams to disk, hashing and probing; what is not stored whole leaves nothing behind. */
  store(incoming: Incoming, body: AsyncIterable<Uint8Array>): ResultAsync<Media, StoreFailure>;
  /** Null for what has expired, too. */
  find(id: MediaId): ResultAsync<Media | null, Unavailable>;
  /** Checks that the file is what was uploaded, and gives a reader of byte ranges (both ends inclusive). */
  open(id: MediaId): ResultAsync<MediaReader, MediaGone | Unavailable>;
  remove(id: MediaId): ResultAsync<void, Unavailable>;
  /** Keeps it at least until then: a publication still needs it. */
  keepUntil(id: MediaId, until: Instant): ResultAsync<void, Unavailable>;
}

/** What erasing a user takes along. */
export interface UserMedia {
  /** All that this user uploaded. */
  removeOf(owner: UserId): ResultAsync<void, Unavailable>;
}

/** What `read` gives holds until the next piece is asked for: its memory is used again. */
export type MediaReader = Readonly<{ media: Media; read: (first: number, last: number) => AsyncIterable<Uint8Array> }>;
