import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { problemIn } from '../../../support/http-app.ts';
import {
  acknowledged,
  as,
  complete,
  createPublishingStage,
  opening,
  pulling,
  service,
  tiktoksId,
  uploading,
  type Body,
  type Headers,
  type PublishingStage,
} from '../../../support/publishing-stage.ts';
import type { PublicationCommand } from '../../../../src/domain/publication/commands.ts';
import { instant } from '../../../../src/domain/values/instant.ts';

let stage: PublishingStage;
let ada: string;

const pull = { source: { type: 'url', url: 'https://media.example.com/1.mp4', transfer: 'pull' } };

const post = (id: string, action: string, payload?: Body, headers: Headers = service) =>
  stage.http.call({ method: 'POST', url: `/v1/publications/${id}/${action}`, headers, ...(payload === undefined ? {} : { payload }) });
const cancel = (id: string, headers: Headers = service) => post(id, 'cancel', undefined, headers);
const resolve = (id: string, payload: Body, headers: Headers = service) => post(id, 'resolve', payload, headers);
const revisionOf = async (id: string): Promise<unknown> => (await stage.http.call({ url: `/v1/publications/${id}`, headers: service })).json();

const unknown = async (): Promise<string> => {
  const id = await stage.accepted(ada, pull);
  await stage.advance(id, opening(), { type: 'OpenUpload', attemptId: stage.publishing.ids.attemptId(), at: instant(Date.now() + 60_000) });
  return id;
};

beforeAll(async () => {
  stage = await createPublishingStage();
});
beforeEach(async () => {
  stage.tiktok.cancelling = 'cancelled';
  stage.tiktok.whileCancelling = () => Promise.resolve();
  ada = await stage.connect('user-a');
});
afterAll(() => stage.close());

describe('cancelling', () => {
  it('ends what waits, and answers the same again', async () => {
    const id = await stage.accepted(ada);
    const [first, again] = [await cancel(id, as('user-a')), await cancel(id)];
    expect([first.statusCode, first.json()]).toMatchObject([200, { id, status: 'cancelled', revision: 2 }]);
    expect([again.statusCode, again.json()]).toEqual([200, first.json()]);
  });

  it.each<readonly [what: string, count: number, sent: number, status: number]>([
    ['until the last chunk may start', 3, 1, 200],
    ['no more once it may have started', 3, 2, 409],
    ['of a single chunk no more once TikTok has begun', 1, 0, 409],
  ])('holds %s', async (_, count, sent, status) => {
    const id = await stage.accepted(ada);
    await stage.advance(id, opening(), uploading(count), ...(sent === 0 ? [] : [acknowledged(sent)]));
    const answer = await cancel(id);
    expect(answer.statusCode).toBe(status);
    if (status === 409) expect(problemIn(answer).code).toBe('conflict');
  });

  it('asks TikTok first where TikTok fetches', async () => {
    const id = await stage.accepted(ada, pull);
    await stage.advance(id, opening(), pulling());
    const answer = await cancel(id);
    expect([answer.statusCode, answer.json()]).toMatchObject([200, { status: 'cancelled' }]);
    expect(stage.tiktok.asked.cancelled.at(-1)).toBe(tiktoksId);
  });

  it('asks TikTok once more with a new token where it takes the old one no more', async () => {
    const id = await stage.accepted(ada, pull);
    await stage.advance(id, opening(), pulling());
    const asked = stage.tiktok.asked.cancelled.length;
    stage.tiktok.first.push({ kind: 'TikTokRefused', tiktok: { code: 'access_token_invalid', message: '', logId: null } });
    expect((await cancel(id)).json()).toMatchObject({ status: 'cancelled' });
    expect(stage.tiktok.asked.cancelled.slice(asked)).toEqual([tiktoksId, tiktoksId]);
  });

  it('is a conflict, and changes nothing, where TikTok would not', async () => {
    const id = await stage.accepted(ada, pull);
    await stage.advance(id, opening(), pulling());
    stage.tiktok.cancelling = { kind: 'TikTokRefused', tiktok: { code: 'publish_not_cancellable', message: '', logId: null } };
    const answer = await cancel(id);
    expect([answer.statusCode, problemIn(answer).code]).toEqual([409, 'conflict']);
    expect(await revisionOf(id)).toMatchObject({ status: 'processing', revision: 3 });
  });

  it('is a conflict where TikTok cannot be asked in the persons name any more', async () => {
    const id = await stage.accepted(ada, pull);
    await stage.advance(id, opening(), pulling());
    await stage.http.call({ method: 'DELETE', url: `/v1/connections/${ada}`, headers: service });
    expect(problemIn(await cancel(id)).code).toBe('conflict');
  });

  it('may be asked again where TikTok did not answer', async () => {
    const id = await stage.accepted(ada, pull);
    await stage.advance(id, opening(), pulling());
    stage.tiktok.cancelling = { kind: 'TikTokUnclear', reason: 'no answer in time', logId: null };
    expect(problemIn(await cancel(id)).code).toBe('tiktok_unavailable');
    stage.tiktok.cancelling = 'cancelled';
    expect((await cancel(id)).statusCode).toBe(200);
  });

  it('holds where TikTok tells of the cancel before it answers', async () => {
    const id = await stage.accepted(ada, pull);
    await stage.advance(id, opening(), pulling());
    const told: PublicationCommand = {
      type: 'Observe',
      publishId: tiktoksId,
      observation: { kind: 'failed', reason: 'publish_cancelled' },
      by: 'webhook',
      logId: null,
      at: instant(Date.now()),
    };
    stage.tiktok.whileCancelling = () => stage.advance(id, told);
    const answer = await cancel(id);
    expect([answer.statusCode, answer.json()]).toMatchObject([200, { status: 'failed', status_reason: 'publish_cancelled' }]);
  });

  it('is a conflict once it is published, also where that happens while TikTok is asked', async () => {
    const id = await stage.accepted(ada, pull);
    await stage.advance(id, opening(), pulling());
    stage.tiktok.whileCancelling = () => stage.advance(id, complete());
    expect(problemIn(await cancel(id)).code).toBe('conflict');
    expect(problemIn(await cancel(id)).code).toBe('conflict');
  });

  it('is for whose it is', async () => {
    const id = await stage.accepted(ada);
    expect((await cancel(id, as('user-b'))).statusCode).toBe(404);
    expect((await cancel(randomUUID())).statusCode).toBe(404);
  });

  it('takes a key, and no body', async () => {
    const id = await stage.accepted(ada);
    const keyed = { ...service, 'idempotency-key': `cancel ${id}`.replace(' ', '-') };
    const [first, again] = [await cancel(id, keyed), await cancel(id, keyed)];
    expect(again.json()).toEqual(first.json());
    expect((await post(id, 'cancel', { really: true })).statusCode).toBe(400);
  });
});

describe('resolving', () => {
  it('ends what nobody can know, as published with its post', async () => {
    const id = await unknown();
    const answer = await resolve(id, { outcome: 'published', post_id: '7600000000000000001' });
    expect([answer.statusCode, answer.json()]).toMatchObject([200, { status: 'published', post_ids: ['7600000000000000001'] }]);
    expect((answer.json<{ share_urls: string[] }>()).share_urls).toEqual(['https://www.tiktok.com/@ada.builds/video/7600000000000000001']);
    expect((await resolve(id, { outcome: 'published' })).json()).toEqual(answer.json());
  });

  it('ends it as not published, so that it may be tried again', async () => {
    const id = await unknown();
    const answer = await resolve(id, { outcome: 'not_published' });
    expect([answer.statusCode, answer.json()]).toMatchObject([200, { status: 'failed', status_reason: 'resolved_not_published', retryable: true }]);
    expect((await stage.publish(stage.draft(ada, { ...pull, retry_of: id }))).statusCode).toBe(202);
  });

  it('is a conflict where the outcome is known', async () => {
    const id = await stage.accepted(ada);
    expect(problemIn(await resolve(id, { outcome: 'not_published' })).code).toBe('conflict');
    const ended = await unknown();
    await resolve(ended, { outcome: 'not_published' });
    expect(problemIn(await resolve(ended, { outcome: 'published' })).code).toBe('conflict');
  });

  it.each<readonly [path: string, body: Body]>([
    ['outcome', { outcome: 'maybe' }],
    ['outcome', {}],
    ['post_id', { outcome: 'published', post_id: 7_600_000_000_000 }],
    ['post_id', { outcome: 'published', post_id: '76' }],
    ['post_id', { outcome: 'not_published', post_id: '7600000000000000001' }],
  ])('names %s in what is not well-formed', async (path, body) => {
    const answer = await resolve(await stage.accepted(ada), body);
    expect([answer.statusCode, problemIn(answer).errors.map((error) => error.path)]).toEqual([400, [path]]);
  });

  it('is for admins', async () => {
    expect((await resolve(await stage.accepted(ada), { outcome: 'published' }, as('user-a'))).statusCode).toBe(403);
    expect((await resolve(randomUUID(), { outcome: 'published' })).statusCode).toBe(404);
  });
});
