import { ResultAsync } from 'neverthrow';
import { backoff, createLoop } from '../adapters/postgres/background-loop.ts';
import { createMediaRecords } from '../adapters/postgres/media/postgres-media-records.ts';
import { unavailable, type Unavailable } from '../application/failures.ts';
import type { MediaLibrary, UserMedia } from '../application/ports/media-library.ts';
import { millisOf } from '../domain/values/instant.ts';
import { onFirstUse } from './on-first-use.ts';
import type { Container } from './parts.ts';

const sweptEveryMillis = 300_000;

const notLoaded = (): Unavailable => unavailable('media_storage', 'it could not be loaded');

/** Loaded by the first file: a replica may serve for hours without one. */
const libraryOnFirstUse = (load: () => Promise<MediaLibrary & UserMedia>): MediaLibrary & UserMedia => {
  const loaded = (): ResultAsync<MediaLibrary & UserMedia, Unavailable> => ResultAsync.fromPromise(load(), notLoaded);
  return {
    store: (incoming, body) => loaded().andThen((library) => library.store(incoming, body)),
    find: (id) => loaded().andThen((library) => library.find(id)),
    open: (id) => loaded().andThen((library) => library.open(id)),
    remove: (id) => loaded().andThen((library) => library.remove(id)),
    removeOf: (owner) => loaded().andThen((library) => library.removeOf(owner)),
    keepUntil: (id, until) => loaded().andThen((library) => library.keepUntil(id, until)),
  };
};

/** Files under `MEDIA_DIR`, what is known of them in PostgreSQL, and the sweep that compares the two. */
export const provideMedia = (container: Container): void => {
  container.provide('media', (c) =>
    libraryOnFirstUse(
      onFirstUse(async () => {
        const { createDiskMediaLibrary } = await import('../adapters/media/disk-media-library.ts');
        const { dir, maxBytes, retentionMillis } = c.get('settings').media;
        return createDiskMediaLibrary({ path: dir, maxBytes, keptMillis: retentionMillis }, createMediaRecords(c.get('pool')));
      }),
    ),
  );
  container.provide('mediaSweep', (c) => {
    const ports = { records: createMediaRecords(c.get('pool')), path: c.get('settings').media.dir, nowMillis: () => millisOf(c.get('clock').now()) };
    return createLoop({
      turn: async (signal) => {
        const { sweepMedia } = await import('../adapters/media/sweep-media.ts');
        const swept = await sweepMedia(ports, signal);
        if (swept.isErr()) throw new Error(swept.error.reason);
        return sweptEveryMillis;
      },
      pauseAfterFailure: backoff(10_000, sweptEveryMillis),
    });
  });
};
