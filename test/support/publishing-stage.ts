import { randomUUID } from 'node:crypto';
import type { LightMyRequestResponse } from 'fastify';
import { ok } from 'neverthrow';
import { z } from 'zod';
import type { HttpDeps } from '../../src/adapters/http/http-deps.ts';
import { systemIds } from '../../src/adapters/system/system-ids.ts';
import { publicationAggregate } from '../../src/application/execution/aggregate.ts';
import { execute } from '../../src/application/execution/execute.ts';
import type { PublicationCommand } from '../../src/domain/publication/commands.ts';
import { attemptId, publicationId, publishId } from '../../src/domain/values/ids.ts';
import { instant, type Instant } from '../../src/domain/values/instant.ts';
import { sealed } from '../../src/domain/values/sealed.ts';
import type { TestHttp } from './http-app.ts';
import { createPerson, leadsTo, listed } from './http-person.ts';
import { createDevelopmentWorld, type HttpWorld } from './http-world.ts';
import { createMadeUpMedia, type MadeUpMedia } from './made-up-media.ts';
import { createMadeUpPublishing, type MadeUpPublishing } from './made-up-publishing.ts';

export type Headers = Readonly<Record<string, string>>;
export type Body = Readonly<Record<string, unknown>>;

export const service: Headers = { authorization: 'Bearer dev' };
export const as = (user: string): Headers => ({ 'x-dev-user': user });

const shownPublication = z.looseObject({ id: z.string(), status: z.string(), status_reason: z.string().nullable(), revision: z.number() });
export type ShownPublication = z.infer<typeof shownPublication>;
export const publicationIn = (answer: LightMyRequestResponse): ShownPublication => shownPublication.parse(answer.json());

/** The application with a TikTok that says what it is told to, and files that are nothing but facts. */
export interface PublishingStage {
  readonly world: HttpWorld;
  readonly http: TestHttp;
  /** What the application stands on. */
  readonly publishing: HttpDeps['publishing'];
  readonly tiktok: MadeUpPublishing;
  readonly media: MadeUpMedia;
  /** A connection of a new account of this user, with these scopes. */
  connect(user: string, scopes?: readonly string[]): Promise<string>;
  /** A request to publish a good video directly; the parts of it that are told otherwise. */
  draft(connection: string, changes?: Body): Body;
  publish(body: Body, options?: Readonly<{ key?: string; headers?: Headers }>): Promise<LightMyRequestResponse>;
  preflight(body: Body, headers?: Headers): Promise<LightMyRequestResponse>;
  /** As if no question had been asked of TikTok for a day. */
  forgetQuotas(): Promise<void>;
  /** One that waits to be sent. @returns its id */
  accepted(connection: string, changes?: Body, headers?: Headers): Promise<string>;
  /** What the worker would record. */
  advance(id: string, ...commands: readonly PublicationCommand[]): Promise<void>;
  close(): Promise<void>;
}

const now = (): Instant => instant(Date.now());
export const startAttempt = attemptId('0f8b3d0e-5f0c-4c0e-8a63-1d1f6f5f2b10');
export const tiktoksId = publishId('v_pub_url~v2.7600000000000000003');

/** TikTok is being asked to begin. */
export const opening = (): PublicationCommand => ({ type: 'OpenUpload', attemptId: startAttempt, at: now() });
/** TikTok has begun to fetch the file by itself. */
export const pulling = (): PublicationCommand => ({ type: 'RecordOpened', attemptId: startAttempt, publishId: tiktoksId, upload: null, logId: null, at: now() });
/** TikTok has begun and wants `count` chunks. */
export const uploading = (count: number): PublicationCommand => ({
  type: 'RecordOpened',
  attemptId: startAttempt,
  publishId: tiktoksId,
  upload: {
    url: sealed('s1.made-up'),
    expiresAt: instant(Date.now() + 3_600_000),
    plan: { totalBytes: count * 10_000_000, chunkBytes: 10_000_000, count },
  },
  logId: null,
  at: now(),
});
export const acknowledged = (chunks: number): PublicationCommand => ({ type: 'RecordChunks', acknowledged: chunks, at: now() });
export const complete = (): PublicationCommand => ({
  type: 'Observe',
  publishId: tiktoksId,
  observation: { kind: 'complete', postIds: [] },
  by: 'status',
  logId: null,
  at: now(),
});
export const failed = (reason: string, retryable = false): PublicationCommand => ({ type: 'Fail', reason, retryable, bytesMissing: false, logId: null, at: now() });

export const createPublishingStage = async (): Promise<PublishingStage> => {
  const world = await createDevelopmentWorld();
  const [tiktok, media] = [createMadeUpPublishing(), createMadeUpMedia()];
  const publishing = { ...world.parts.publishing, publishing: tiktok, videos: tiktok, media };
  const http = await world.another({ publishing });
  let accounts = 0;

  const connect: PublishingStage['connect'] = async (user, scopes = ['user.info.basic', 'video.publish', 'video.upload', 'video.list']) => {
    accounts += 1;
    const account = `creator${accounts}`;
    await world.control('/accounts', { id: account, username: account, display_name: `Creator ${accounts}` });
    const person = createPerson(http, { dev_user: user });
    const { pathname, search } = await world.consent((await person.begin(`?add_account=1&scopes=${scopes.join(',')}`)).href, { account, scopes });
    const back = await person.call({ url: `${pathname}${search}` });
    if (leadsTo(back).searchParams.get('tiktok_success') !== 'true') throw new Error(`not connected: ${leadsTo(back).search}`);
    const page = listed.parse((await http.call({ url: `/v1/connections?user_id=${user}&status=active&limit=1`, headers: service })).json());
    return page.data[0]?.id ?? '';
  };

  const draft: PublishingStage['draft'] = (connection, changes = {}) => ({
    connection_id: connection,
    kind: 'video',
    mode: 'direct',
    post: { title: 'Spring sale #shoes', privacy_level: 'SELF_ONLY' },
    consent: { confirmed_at: '2026-11-20T10:00:00Z', music_usage: true },
    source: { type: 'media', media_id: media.add().id },
    ...changes,
  });

  const publish: PublishingStage['publish'] = (body, { key = randomUUID(), headers = service } = {}) =>
    http.call({ method: 'POST', url: '/v1/publications', headers: { ...headers, 'idempotency-key': key }, payload: body });

  return {
    world,
    http,
    publishing,
    tiktok,
    media,
    connect,
    draft,
    publish,
    preflight: (body, headers = service) => http.call({ method: 'POST', url: '/v1/publications/preflight', headers, payload: body }),
    forgetQuotas: async () => void (await world.database.pool.query('delete from tiktok_connections.publish_quota_uses')),
    accepted: async (connection, changes = {}, headers = service) => {
      const answer = await publish(draft(connection, changes), { headers });
      if (answer.statusCode !== 202) throw new Error(`not accepted: ${answer.body}`);
      return publicationIn(answer).id;
    },
    advance: async (id, ...commands) => {
      for (const command of commands) {
        const context = { commandId: systemIds.commandId(), actor: { kind: 'system', id: 'test' }, correlationId: 'test', causationId: null, traceparent: null } as const;
        const executed = await execute(publishing, publicationAggregate, context, publicationId(id), 'test', () => Promise.resolve(ok(command)));
        const { checkpoint } = executed._unsafeUnwrap();
        if (checkpoint !== null) await publishing.progress.waitFor(checkpoint, 5_000);
      }
    },
    close: () => world.close(),
  };
};
