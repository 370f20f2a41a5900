import { randomUUID } from 'node:crypto';
import { errAsync, okAsync } from 'neverthrow';
import type { Media, MediaLibrary } from '../../src/application/ports/media-library.ts';
import { mediaId, type MediaId } from '../../src/domain/values/ids.ts';
import type { VideoFacts } from '../../src/domain/publication/posting-rules.ts';
import { instant, type Instant } from '../../src/domain/values/instant.ts';

export interface MadeUpMedia extends MediaLibrary {
  /** A file that somebody has uploaded; a good video unless told. */
  add(changes?: Partial<Omit<Media, 'video'>> & Readonly<{ video?: Partial<VideoFacts> | null }>): Media;
  readonly keptUntil: ReadonlyMap<MediaId, Instant>;
}

export const goodVideo: VideoFacts = {
  container: 'mp4',
  codec: 'h264',
  durationMillis: 15_000,
  width: 1080,
  height: 1920,
  frameRate: 30,
  bytes: 5_000_000,
};

/** Files that are nothing but what is said of them. */
export const createMadeUpMedia = (): MadeUpMedia => {
  const files = new Map<MediaId, Media>();
  const keptUntil = new Map<MediaId, Instant>();
  return {
    keptUntil,
    add: ({ video = {}, ...changes } = {}) => {
      const media: Media = {
        id: mediaId(randomUUID()),
        owner: null,
        bytes: goodVideo.bytes,
        contentType: 'video/mp4',
        sha256: '0'.repeat(64),
        expiresAt: instant(Date.parse('2100-01-01T00:00:00Z')),
        ...changes,
        video: video === null ? null : { ...goodVideo, ...video },
      };
      files.set(media.id, media);
      return media;
    },
    store: () => errAsync({ kind: 'StorageFull' }),
    find: (id) => okAsync(files.get(id) ?? null),
    open: () => errAsync({ kind: 'MediaGone', reason: 'unknown' }),
    remove: (id) => okAsync(void files.delete(id)),
    keepUntil: (id, until) => okAsync(void keptUntil.set(id, until)),
  };
};
