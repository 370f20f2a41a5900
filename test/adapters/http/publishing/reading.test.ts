import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createApiKeys } from '../../../../src/adapters/postgres/postgres-api-keys.ts';
import { systemClock } from '../../../../src/adapters/system/system-clock.ts';
import { systemIds } from '../../../../src/adapters/system/system-ids.ts';
import type { ApiScope } from '../../../../src/application/execution/principal.ts';
import { createApiKey } from '../../../../src/application/keys/api-keys.ts';
import { problemIn } from '../../../support/http-app.ts';
import { acknowledged, as, createPublishingStage, failed, opening, service, uploading, type PublishingStage } from '../../../support/publishing-stage.ts';

const page = z.object({ data: z.array(z.looseObject({ id: z.string(), status: z.string() })), next_cursor: z.string().nullable() });
const historyShape = z.object({
  data: z.array(z.looseObject({ revision: z.number(), type: z.string(), data: z.looseObject({}) })),
  next_from: z.number().nullable(),
});

let stage: PublishingStage;
let ada: string;
/** Ada's, oldest first, and Bob's. */
let posts: readonly string[];
let bobs: string;

const read = (url: string, headers = service) => stage.http.call({ url, headers });
const list = async (query = '', headers = service) => page.parse((await read(`/v1/publications${query}`, headers)).json());

const bearing = async (...scopes: readonly ApiScope[]) => {
  const apiKeys = createApiKeys(stage.world.database.pool, systemClock);
  const { securityLog } = stage.world.parts.completing;
  const made = (await createApiKey({ apiKeys, ids: systemIds, securityLog }, 'publisher', scopes, 'test'))._unsafeUnwrap();
  return { authorization: `Bearer ${made.presented.reveal()}` };
};

beforeAll(async () => {
  stage = await createPublishingStage();
  ada = await stage.connect('user-a');
  const bob = await stage.connect('user-b');
  posts = [await stage.accepted(ada), await stage.accepted(ada), await stage.accepted(ada)];
  bobs = await stage.accepted(bob);
  await stage.advance(posts[0] ?? '', opening(), uploading(3), acknowledged(1));
  await stage.advance(posts[1] ?? '', failed('video_size'));
});
afterAll(() => stage.close());

describe('a publication', () => {
  it('is read as it goes, by its id in any case', async () => {
    const answer = await read(`/v1/publications/${(posts[0] ?? '').toUpperCase()}`, as('user-a'));
    expect([answer.statusCode, answer.json()]).toMatchObject([
      200,
      { id: posts[0], connection_id: ada, status: 'uploading', progress: { bytes_sent: 10_000_000, bytes_total: 30_000_000 }, revision: 4 },
    ]);
    expect(answer.body).not.toContain('s1.');
  });

  it('is not there for anybody else', async () => {
    const [foreign, missing] = [await read(`/v1/publications/${bobs}`, as('user-a')), await read(`/v1/publications/${randomUUID()}`, as('user-a'))];
    expect([foreign.statusCode, missing.statusCode]).toEqual([404, 404]);
    expect(problemIn(foreign).detail).toBe(problemIn(missing).detail);
    expect((await read('/v1/publications/nonsense')).statusCode).toBe(400);
  });

  it('is for keys with the scope publish', async () => {
    expect((await read(`/v1/publications/${bobs}`, await bearing('connections:read'))).statusCode).toBe(403);
    expect((await read(`/v1/publications/${bobs}`, await bearing('publish'))).statusCode).toBe(200);
  });
});

describe('the list of publications', () => {
  it('is newest first, page by page', async () => {
    expect((await list()).data.map(({ id }) => id)).toEqual([bobs, ...[...posts].reverse()]);
    const first = await list('?limit=3');
    expect(first.data.map(({ id }) => id)).toEqual([bobs, posts[2], posts[1]]);
    const second = await list(`?limit=3&cursor=${encodeURIComponent(first.next_cursor ?? '')}`);
    expect([second.data.map(({ id }) => id), second.next_cursor]).toEqual([[posts[0]], null]);
  });

  it('is of one connection, of one status, and of what is the callers', async () => {
    expect((await list(`?connection_id=${ada.toUpperCase()}`)).data.map(({ id }) => id)).toEqual([...posts].reverse());
    expect((await list('?status=failed')).data.map(({ id }) => id)).toEqual([posts[1]]);
    expect((await list('', as('user-b'))).data.map(({ id }) => id)).toEqual([bobs]);
    expect((await list(`?connection_id=${ada}`, as('user-b'))).data).toEqual([]);
  });

  it.each(['status=done', 'limit=0', 'limit=201', 'cursor=nonsense', 'user_id=x', 'connection_id=x'])('refuses ?%s', async (query) => {
    const answer = await read(`/v1/publications?${query}`);
    expect([answer.statusCode, problemIn(answer).code]).toEqual([400, 'invalid_request']);
  });
});

describe('the history of a publication', () => {
  const history = async (id = posts[0] ?? '', query = '', headers = service) => historyShape.parse((await read(`/v1/publications/${id}/history${query}`, headers)).json());

  it('shows every event in order, its words and the upload address only as [sealed]', async () => {
    const { data, next_from } = await history();
    expect([data.map(({ revision, type }) => [revision, type]), next_from]).toEqual([
      [[1, 'PublicationAccepted'], [2, 'UploadOpening'], [3, 'UploadOpened'], [4, 'ChunkUploaded']],
      null,
    ]);
    expect(data[0]).toMatchObject({
      actor: { kind: 'service', id: 'dev' },
      data: { connection_id: ada, user_id: 'user-a', request: { content: '[sealed]', settings: { privacy_level: 'SELF_ONLY' }, consent: { music_usage: true } } },
    });
    expect(data[2]?.data).toMatchObject({ upload: { url: '[sealed]' } });
    expect((await read(`/v1/publications/${posts[0]}/history`)).body).not.toMatch(/Spring sale|s1\./);
  });

  it('comes page by page', async () => {
    const first = await history(posts[0], '?limit=3');
    expect([first.data.length, first.next_from]).toEqual([3, 4]);
    expect((await history(posts[0], '?from=4')).data.map(({ revision }) => revision)).toEqual([4]);
    expect((await history(posts[0], '?from=5')).data).toEqual([]);
  });

  it('is for the user in whose name it was begun, and for services with audit:read', async () => {
    expect((await history(posts[0], '', as('user-a'))).data.length).toBe(4);
    expect((await read(`/v1/publications/${posts[0]}/history`, as('user-b'))).statusCode).toBe(404);
    expect((await read(`/v1/publications/${randomUUID()}/history`)).statusCode).toBe(404);
    expect((await read(`/v1/publications/${posts[0]}/history`, await bearing('publish'))).statusCode).toBe(403);
  });

  it('stands in the security log once it was read', async () => {
    await history(bobs, '', as('user-b'));
    const log = await read('/v1/audit/security-log?limit=200');
    expect(log.body).toContain(`"detail":{"stream":"tiktok_publication-${bobs}"}`);
  });

  it('shows what was sealed as erased once its life is', async () => {
    const id = await stage.connect('user-e');
    const post = await stage.accepted(id);
    await stage.advance(post, opening(), uploading(2));
    await stage.http.call({ method: 'POST', url: `/v1/connections/${id}/erase`, headers: service });
    const { data } = await history(post);
    expect(data[0]?.data).toMatchObject({ request: { content: '[erased]' } });
    expect(data[2]?.data).toMatchObject({ upload: { url: '[erased]' } });
  });
});
