import { afterEach, describe, expect, it } from 'vitest';
import { secret } from '../../../src/domain/values/secret.ts';
import type { Script } from '../../support/scripted-server.ts';
import { accessToken, answering, logId } from './client-setup.ts';
import { publishingRig, refused, well, type PublishingRig } from './publishing-setup.ts';

const stopping: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stopping.splice(0)) await stop();
});

const rigOf = async (script: Script): Promise<PublishingRig> => {
  const rig = await publishingRig(script);
  stopping.push(rig.stop);
  return rig;
};

const token = secret(accessToken);
const fields =
  'id,title,video_description,create_time,cover_image_url,share_url,duration,height,width,like_count,comment_count,share_count,view_count';

const nothing = {
  title: null,
  video_description: null,
  create_time: null,
  cover_image_url: null,
  share_url: null,
  duration: null,
  height: null,
  width: null,
  like_count: null,
  comment_count: null,
  share_count: null,
  view_count: null,
};

describe("the list of an account's videos", () => {
  it('asks for the fields that are shown, and so many', async () => {
    const { server, client } = await rigOf(answering(200, well('{"videos":[],"cursor":0,"has_more":false}')));
    expect((await client.list(token, null, 20))._unsafeUnwrap()).toEqual({ videos: [], nextCursor: null, logId });
    expect(server.requests[0]).toMatchObject({ method: 'POST', target: `/v2/video/list/?fields=${fields}`, body: '{"max_count":20}' });
  });

  it('goes on from where the page before ended', async () => {
    const { server, client } = await rigOf(answering(200, well('{"videos":[],"cursor":1789980000000,"has_more":true}')));
    expect((await client.list(token, 1_789_990_000_000, 7))._unsafeUnwrap().nextCursor).toBe(1_789_980_000_000);
    expect(server.requests[0]?.body).toBe('{"cursor":1789990000000,"max_count":7}');
  });

  it('gives what TikTok says of each', async () => {
    const video = {
      id: '7600000000000000001',
      title: 'Hello',
      video_description: 'Hello #world',
      create_time: 1_789_990_000,
      cover_image_url: 'https://p16.cdn.example/c.jpeg?x-expires=1790003600',
      share_url: 'https://www.tiktok.com/@ada/video/7600000000000000001',
      duration: 12,
      height: 1920,
      width: 1080,
      like_count: 3,
      comment_count: 0,
      share_count: 1,
      view_count: 5_000_000_000,
    };
    const { client } = await rigOf(answering(200, well(JSON.stringify({ videos: [video] }))));
    expect((await client.list(token, null, 20))._unsafeUnwrap().videos).toEqual([video]);
  });

  it('shows no figure that can not be read, and no entry without an id', async () => {
    const odd = '{"id":7600000000000000003,"like_count":"many","view_count":-1,"cover_image_url":"javascript:alert(1)","share_url":7,"title":["x"],"height":1.5}';
    const { client } = await rigOf(answering(200, well(`{"videos":[{"id":"7600000000000000001"},{"title":"no id"},null,${odd}]}`)));
    expect((await client.list(token, null, 20))._unsafeUnwrap().videos).toEqual([
      { id: '7600000000000000001', ...nothing },
      { id: '7600000000000000003', ...nothing },
    ]);
  });

  it.each([
    ['does not lead back', '{"videos":[],"cursor":1789990000000,"has_more":true}'],
    ['leads forward', '{"videos":[],"cursor":1789990000001,"has_more":true}'],
    ['is missing', '{"videos":[],"has_more":true}'],
    ['is nothing', '{"videos":[],"cursor":0,"has_more":true}'],
    ['is no number', '{"videos":[],"cursor":"1789980000000","has_more":true}'],
    ['comes with the end', '{"videos":[],"cursor":1789980000000,"has_more":false}'],
  ])('ends where the next cursor %s', async (_, data) => {
    const { client } = await rigOf(answering(200, well(data)));
    expect((await client.list(token, 1_789_990_000_000, 20))._unsafeUnwrap().nextCursor).toBeNull();
  });

  it('is unclear where the videos are no list', async () => {
    const { client } = await rigOf(answering(200, well('{"videos":{}}')));
    expect((await client.list(token, null, 20))._unsafeUnwrapErr()).toMatchObject({ kind: 'TikTokUnclear' });
  });

  it('is refused without the scope', async () => {
    const { client } = await rigOf(answering(401, refused('scope_not_authorized')));
    expect((await client.list(token, null, 20))._unsafeUnwrapErr()).toMatchObject({ kind: 'TikTokRefused', tiktok: { code: 'scope_not_authorized' } });
  });
});
