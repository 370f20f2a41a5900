import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TikTokVideo } from '../../../../src/application/ports/tiktok-videos.ts';
import { problemIn } from '../../../support/http-app.ts';
import { madeUpVideo } from '../../../support/made-up-videos.ts';
import { someCreator } from '../../../support/made-up-publishing.ts';
import { as, createPublishingStage, service, type PublishingStage } from '../../../support/publishing-stage.ts';

let stage: PublishingStage;
let ada: string;

const read = (url: string, headers = service) => stage.http.call({ url, headers });

beforeAll(async () => {
  stage = await createPublishingStage();
  ada = await stage.connect('user-a');
});
beforeEach(() => {
  stage.tiktok.creator = someCreator;
});
afterAll(() => stage.close());

describe('creator info', () => {
  it('is what TikTok says, under its own names, to the user and to services', async () => {
    const answer = await read(`/v1/connections/${ada}/creator-info`, as('user-a'));
    expect([answer.statusCode, answer.json()]).toMatchObject([
      200,
      { creator_nickname: 'Ada Builds', privacy_level_options: ['PUBLIC_TO_EVERYONE', 'MUTUAL_FOLLOW_FRIENDS', 'SELF_ONLY'], cannot_post: null },
    ]);
    expect((await read(`/v1/connections/${ada.toUpperCase()}/creator-info`)).json()).toEqual(answer.json());
  });

  it('says when TikTok lets the creator post no more', async () => {
    stage.tiktok.creator = { ...someCreator, cannotPost: { code: 'reached_active_user_cap', message: 'cap', logId: null } };
    const answer = await read(`/v1/connections/${ada}/creator-info`);
    expect(answer.json()).toMatchObject({ cannot_post: { code: 'reached_active_user_cap', message: 'cap', log_id: null } });
  });

  it('is not there for anybody else', async () => {
    const [foreign, missing] = [await read(`/v1/connections/${ada}/creator-info`, as('user-b')), await read(`/v1/connections/${randomUUID()}/creator-info`)];
    expect([foreign.statusCode, missing.statusCode]).toEqual([404, 404]);
  });

  it('needs video.publish, and a connection', async () => {
    const id = await stage.connect('user-c', ['user.info.basic', 'video.upload']);
    expect(problemIn(await read(`/v1/connections/${id}/creator-info`)).code).toBe('missing_scope');
    await stage.http.call({ method: 'DELETE', url: `/v1/connections/${id}`, headers: service });
    expect(problemIn(await read(`/v1/connections/${id}/creator-info`)).code).toBe('not_connected');
  });

  it('is tiktok_unavailable while TikTok is', async () => {
    stage.tiktok.creator = { kind: 'TikTokUnclear', reason: 'no answer in time', logId: null };
    expect(problemIn(await read(`/v1/connections/${ada}/creator-info`)).code).toBe('tiktok_unavailable');
  });
});

const video: TikTokVideo = {
  id: '7600000000000000001',
  title: 'Hello',
  video_description: null,
  create_time: 1_789_990_000,
  cover_image_url: 'https://p16.tiktokcdn.com/cover.jpeg',
  share_url: 'https://www.tiktok.com/@ada.builds/video/7600000000000000001',
  duration: 15,
  height: 1920,
  width: 1080,
  like_count: 3,
  comment_count: 2,
  share_count: 1,
  view_count: 12,
};

describe('the videos of an account', () => {
  it('come from TikTok page by page', async () => {
    stage.tiktok.videos = { videos: [video], nextCursor: 1_789_990_000_000, logId: null };
    const first = await read(`/v1/connections/${ada}/videos?limit=1`, as('user-a'));
    expect([first.statusCode, first.json()]).toEqual([200, { data: [{ ...video, create_time: '2026-09-21T11:26:40.000Z' }], next_cursor: '1789990000000' }]);
    stage.tiktok.videos = { videos: [], nextCursor: null, logId: null };
    expect((await read(`/v1/connections/${ada}/videos?cursor=1789990000000`)).json()).toEqual({ data: [], next_cursor: null });
    expect(stage.tiktok.asked.videos).toEqual([[null, 1], [1_789_990_000_000, 10]]);
  });

  it('have no time where TikTok gives none that can be written', async () => {
    stage.tiktok.videos = { videos: [{ ...video, create_time: null }, { ...video, create_time: Number.MAX_SAFE_INTEGER }], nextCursor: null, logId: null };
    const { data } = (await read(`/v1/connections/${ada}/videos`)).json<{ data: readonly { create_time: unknown }[] }>();
    expect(data.map(({ create_time: at }) => at)).toEqual([null, null]);
  });

  it.each(['limit=0', 'limit=21', 'cursor=-1', 'cursor=next', 'from=1'])('refuse ?%s', async (query) => {
    expect(problemIn(await read(`/v1/connections/${ada}/videos?${query}`)).code).toBe('invalid_request');
  });

  it('need video.list, which TikTok may also deny', async () => {
    const id = await stage.connect('user-c', ['user.info.basic', 'video.publish']);
    const answer = await read(`/v1/connections/${id}/videos`);
    expect([answer.statusCode, problemIn(answer).code]).toEqual([409, 'missing_scope']);
    stage.tiktok.videos = { kind: 'TikTokRefused', tiktok: { code: 'scope_permission_missed', message: '', logId: null } };
    expect(problemIn(await read(`/v1/connections/${ada}/videos`)).code).toBe('missing_scope');
  });

  it('are not there for anybody else', async () => {
    expect((await read(`/v1/connections/${ada}/videos`, as('user-b'))).statusCode).toBe(404);
  });
});

describe('the same over TikTok itself, as the simulator plays it', () => {
  const call = (url: string) => stage.world.http.call({ url, headers: service });

  it('shows the creator, and the videos of the account', async () => {
    const creator = await call(`/v1/connections/${ada}/creator-info`);
    expect([creator.statusCode, creator.json()]).toMatchObject([200, { cannot_post: null, comment_disabled: false }]);
    const videos = await call(`/v1/connections/${ada}/videos?limit=20`);
    expect([videos.statusCode, videos.json()]).toMatchObject([200, { next_cursor: null }]);
  });

  it('accepts a file that was uploaded here', async () => {
    const headers = { ...service, 'content-type': 'video/mp4' };
    const uploaded = await stage.world.http.app.inject({ method: 'POST', url: '/v1/media', headers, payload: await madeUpVideo({ container: 'mp4', codec: 'avc' }) });
    const body = stage.draft(ada, { source: { type: 'media', media_id: uploaded.json<{ id: string }>().id } });
    const answer = await stage.world.http.call({ method: 'POST', url: '/v1/publications', headers: { ...service, 'idempotency-key': 'real' }, payload: body });
    expect([answer.statusCode, answer.json()]).toMatchObject([202, { status: 'queued' }]);
  });
});
