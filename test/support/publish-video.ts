import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { request } from 'undici';
import { expect, vi } from 'vitest';
import { z } from 'zod';
import { historyIsInPostgres } from './chosen-event-store.ts';
import type { LargeVideo } from './large-video.ts';
import type { Replica, WireWorld } from './wire-world.ts';

const service = { authorization: 'Bearer dev' };
const withId = z.object({ id: z.uuid() });
const shown = z.object({ status: z.string(), status_reason: z.string().nullable() });

const connected = async ({ tiktok }: WireWorld, replica: Replica, user: string): Promise<string> => {
  await tiktok.addAccount(user);
  await replica.person(user).connect({ account: user });
  return (await replica.person(user).connections())[0]?.id ?? '';
};

/** Uploads the video, publishes it on an account of its own and waits for the end. @returns the publication's id */
export const publishVideo = async (world: WireWorld, replica: Replica, user: string, { bytes, pieces }: LargeVideo, timeoutMillis = 90_000): Promise<string> => {
  const connection = await connected(world, replica, user);
  const headers = { ...service, 'content-type': 'video/mp4', 'content-length': String(bytes) };
  const media = await request(`${replica.url}/v1/media`, { method: 'POST', headers, body: Readable.from(pieces, { objectMode: false }), headersTimeout: timeoutMillis });
  const body = {
    connection_id: connection,
    kind: 'video',
    mode: 'direct',
    post: { title: 'Large', privacy_level: 'SELF_ONLY' },
    consent: { confirmed_at: new Date().toISOString(), music_usage: true },
    source: { type: 'media', media_id: withId.parse(await media.body.json()).id },
  };
  const answer = await replica.wire.call({ method: 'POST', url: '/v1/publications', headers: { ...service, 'idempotency-key': randomUUID() }, body });
  const { id } = withId.parse(answer.json());
  const look = async () => shown.parse((await replica.wire.call({ url: `/v1/publications/${id}`, headers: service })).json());
  await vi.waitFor(async () => expect(await look()).toEqual({ status: 'published', status_reason: null }), { timeout: timeoutMillis, interval: 100 });
  return id;
};

const recorded = z.tuple([z.object({ events: z.number(), commits: z.number().nullable() })]);

/**
 * Of what TikTok acknowledged of a publication: events, and the transactions that wrote them, by PostgreSQL's own word.
 * EventStoreDB tells nothing of the kind: null.
 */
export const chunksRecorded = async (world: WireWorld, publication: string): Promise<Readonly<{ events: number; commits: number | null }>> => {
  const commits = historyIsInPostgres() ? 'count(distinct xid)::integer' : 'null::integer';
  const [counted] = recorded.parse(
    await world.history(
      z.object({ events: z.number(), commits: z.number().nullable() }),
      `select count(*)::integer as events, ${commits} as commits from tiktok_connections.events
        where stream = 'tiktok_publication-' || $1 and type in ('ChunkUploaded', 'MediaDelivered')`,
      [publication],
    ),
  );
  return counted;
};
