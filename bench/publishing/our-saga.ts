import { randomUUID } from 'node:crypto';
import { setTimeout as pauseFor } from 'node:timers/promises';
import { okAsync } from 'neverthrow';
import type pg from 'pg';
import { pino } from 'pino';
import { z } from 'zod';
import type { Media, MediaLibrary, UserMedia } from '../../src/application/ports/media-library.ts';
import { requestPublish } from '../../src/application/publishing/request-publish.ts';
import { assemble } from '../../src/composition/assemble.ts';
import { readSettings } from '../../src/composition/settings/read-settings.ts';
import { mediaId, publicationId, type ConnectionId } from '../../src/domain/values/ids.ts';
import { instant } from '../../src/domain/values/instant.ts';
import { secret } from '../../src/domain/values/secret.ts';
import { benchKeySetting } from '../histories/bench-keys.ts';
import { benchClient } from '../histories/connection-history.ts';

export interface OurSaga extends AsyncDisposable {
  /** Requests a publish; it goes on in the background. */
  request(connectionId: ConnectionId): Promise<void>;
  /** Waits until so many in all are published. */
  published(count: number): Promise<void>;
}

async function* inOnePiece(piece: Uint8Array): AsyncGenerator<Uint8Array> {
  yield piece;
}

/** One file in memory, whatever is asked for: disks are not what is measured. */
const oneFile = (file: Buffer): MediaLibrary & UserMedia => {
  const video = { container: 'mp4', codec: 'h264', durationMillis: 1_000, width: 720, height: 1_280, frameRate: 30, bytes: file.length } as const;
  const media: Media = { id: mediaId(randomUUID()), owner: null, bytes: file.length, contentType: 'video/mp4', sha256: '0'.repeat(64), video, expiresAt: instant(Date.UTC(2100, 0)) };
  return {
    store: () => okAsync(media),
    find: (id) => okAsync({ ...media, id }),
    open: (id) => okAsync({ media: { ...media, id }, read: (first, last) => inOnePiece(file.subarray(first, last + 1)) }),
    remove: () => okAsync(undefined),
    keepUntil: () => okAsync(undefined),
    removeOf: () => okAsync(undefined),
  };
};

const counted = z.array(z.object({ count: z.number() }));
const anyMedia = mediaId(randomUUID());
const settings = { privacyLevel: 'SELF_ONLY', allowComment: false, allowDuet: false, allowStitch: false, coverTimestampMillis: null, brandOrganic: false, brandContent: false, isAiGenerated: false, autoAddMusic: false } as const;

/** The service without HTTP: requests by the use case, everything else by its work lists. */
export const openOurSaga = (databaseUrl: string, pool: pg.Pool, tiktokUrl: string, file: Buffer): OurSaga => {
  const environment = { DATABASE_URL: databaseUrl, TIKTOK_CLIENT_KEY: benchClient, TIKTOK_CLIENT_SECRET: 'a-secret-of-nobody', TIKTOK_TOKEN_ENCRYPTION_KEY: benchKeySetting, TIKTOK_API_URL: tiktokUrl, LOG_LEVEL: 'silent' };
  const read = readSettings(environment)._unsafeUnwrap();
  const tiktokSide = { clientKey: benchClient, clientSecret: secret('a-secret-of-nobody'), previousClientSecret: null, authorizeUrl: tiktokUrl, apiUrl: tiktokUrl, simulatorUrl: null, stop: () => Promise.resolve() };
  const container = assemble({ settings: read, databaseUrl: secret(databaseUrl), tiktokSide, log: pino({ level: 'silent' }) });
  container.provide('media', () => oneFile(file));
  const ports = {
    ...container.get('tokenPorts'),
    publishing: container.get('publishing'),
    quotas: container.get('quotas'),
    media: container.get('media'),
    addresses: container.get('addresses'),
  };
  const loops = ['projectors', 'publishWork', 'uploadWork'] as const;
  for (const name of loops) container.get(name).start();
  const publishedNow = async (): Promise<number> =>
    counted.parse((await pool.query(`select count(*)::integer as count from tiktok_connections.publications where status = 'published'`)).rows)[0]?.count ?? 0;

  return {
    request: async (connectionId) => {
      const consent = { confirmedAt: container.get('clock').now(), musicUsage: true, brandedContentPolicy: false };
      const draft = { connectionId, kind: 'video', mode: 'direct', title: 'Bench', description: null, settings, consent, source: { type: 'media', mediaId: anyMedia }, scheduleAt: null, retryOf: null } as const;
      const context = { commandId: ports.ids.commandId(), actor: { kind: 'service', id: 'bench' }, correlationId: 'bench', causationId: null, traceparent: null } as const;
      const requested = await requestPublish(ports, context, { kind: 'service', keyId: 'bench', scopes: ['publish'] }, { id: publicationId(randomUUID()), digest: 'bench', draft });
      if (requested.isErr()) throw new Error(`a request was refused: ${requested.error.kind}`);
    },
    published: async (count) => {
      const deadline = performance.now() + 120_000;
      while ((await publishedNow()) < count) {
        if (performance.now() > deadline) throw new Error(`only ${await publishedNow()} of ${count} were published in time`);
        await pauseFor(20);
      }
    },
    [Symbol.asyncDispose]: async () => {
      for (const name of loops.toReversed()) await container.get(name).stop();
      await container.get('eventStore').close();
      await container.get('outbound').close();
      await container.get('pool').end();
    },
  };
};
