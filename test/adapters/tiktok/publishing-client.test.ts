import { afterEach, describe, expect, it } from 'vitest';
import { publishId } from '../../../src/domain/values/ids.ts';
import { secret } from '../../../src/domain/values/secret.ts';
import type { PhotoStart, VideoStart } from '../../../src/application/ports/tiktok-publishing.ts';
import type { Script } from '../../support/scripted-server.ts';
import { accessToken, answering, logId } from './client-setup.ts';
import { photos, publishingRig, pull, pullUrl, refused, settings, upload, uploadUrl, well, type PublishingRig } from './publishing-setup.ts';

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
const id = publishId('v_pub_file~v2-1.7600000000000000001');

type Sent = Readonly<{ target: string; body: unknown }>;

const sentBy = async (start: VideoStart | PhotoStart): Promise<Sent> => {
  const { server, client } = await rigOf(answering(200, well(`{"publish_id":"${id}","upload_url":"${uploadUrl}"}`)));
  expect((await client.start(token, start)).isOk()).toBe(true);
  const [request] = server.requests;
  const body: unknown = JSON.parse(request?.body ?? '');
  return { target: `${request?.method} ${request?.target}`, body };
};

describe('the start of a post', () => {
  it('carries the token and JSON with one content type', async () => {
    const { server, client } = await rigOf(answering(200, well(`{"publish_id":"${id}"}`)));
    await client.start(token, pull);
    const headers = server.requests[0]?.headers ?? [];
    expect(headers).toContainEqual(['authorization', `Bearer ${accessToken}`]);
    expect(headers.filter(([name]) => name === 'content-type')).toEqual([['content-type', 'application/json; charset=UTF-8']]);
  });

  it('switches off what was not switched on, and tells how the file is cut', async () => {
    expect(await sentBy(upload)).toEqual({
      target: 'POST /v2/post/publish/video/init/',
      body: {
        post_info: {
          title: 'Spring sale #shoes',
          privacy_level: 'SELF_ONLY',
          disable_comment: false,
          disable_duet: true,
          disable_stitch: false,
          video_cover_timestamp_ms: 1_500,
          brand_content_toggle: false,
          brand_organic_toggle: true,
          is_aigc: true,
        },
        source_info: { source: 'FILE_UPLOAD', video_size: 128_000_000, chunk_size: 10_000_000, total_chunk_count: 12 },
      },
    });
  });

  it('leaves out a cover that was not chosen', async () => {
    const { body } = await sentBy({ ...upload, settings: { ...settings, coverTimestampMillis: null } });
    expect(body).not.toHaveProperty('post_info.video_cover_timestamp_ms');
  });

  it('names the address that TikTok pulls from', async () => {
    expect(await sentBy(pull)).toMatchObject({
      target: 'POST /v2/post/publish/video/init/',
      body: { source_info: { source: 'PULL_FROM_URL', video_url: pullUrl } },
    });
  });

  it('of a draft has nothing but its source and its title', async () => {
    expect(await sentBy({ ...upload, mode: 'draft', settings: { ...settings, privacyLevel: null } })).toEqual({
      target: 'POST /v2/post/publish/inbox/video/init/',
      body: {
        post_info: { title: 'Spring sale #shoes' },
        source_info: { source: 'FILE_UPLOAD', video_size: 128_000_000, chunk_size: 10_000_000, total_chunk_count: 12 },
      },
    });
    expect((await sentBy({ ...pull, mode: 'draft', title: '' })).body).toEqual({ source_info: { source: 'PULL_FROM_URL', video_url: pullUrl } });
  });

  it('of photos has its AI label at the root', async () => {
    expect(await sentBy(photos)).toEqual({
      target: 'POST /v2/post/publish/content/init/',
      body: {
        media_type: 'PHOTO',
        post_mode: 'DIRECT_POST',
        is_aigc: true,
        post_info: {
          title: 'Lookbook',
          description: 'Our #spring look',
          privacy_level: 'SELF_ONLY',
          disable_comment: false,
          auto_add_music: true,
          brand_content_toggle: false,
          brand_organic_toggle: true,
        },
        source_info: {
          source: 'PULL_FROM_URL',
          photo_cover_index: 1,
          photo_images: ['https://media.example.com/p/1.jpg', 'https://media.example.com/p/2.jpg'],
        },
      },
    });
  });

  it('of photos as a draft has their words alone', async () => {
    expect((await sentBy({ ...photos, mode: 'draft', description: null })).body).toEqual({
      media_type: 'PHOTO',
      post_mode: 'MEDIA_UPLOAD',
      post_info: { title: 'Lookbook' },
      source_info: {
        source: 'PULL_FROM_URL',
        photo_cover_index: 1,
        photo_images: ['https://media.example.com/p/1.jpg', 'https://media.example.com/p/2.jpg'],
      },
    });
  });

  it('is answered with the publish id, the upload address and the log id', async () => {
    const { client } = await rigOf(answering(200, well(`{"upload_url":"${uploadUrl}","publish_id":"${id}"}`)));
    const started = (await client.start(token, upload))._unsafeUnwrap();
    expect(started).toMatchObject({ publishId: id, logId });
    expect(started.uploadUrl?.reveal()).toBe(uploadUrl);
    expect(JSON.stringify(started)).not.toContain('made-up-token');
  });

  it('has no upload address where TikTok fetches, whatever is answered', async () => {
    const { client } = await rigOf(answering(200, well(`{"publish_id":"${id}","upload_url":"${uploadUrl}"}`)));
    expect((await client.start(token, pull))._unsafeUnwrap().uploadUrl).toBeNull();
  });

  it.each([
    ['invalid_param', 400],
    ['invalid_params', 400],
    ['spam_risk_too_many_posts', 403],
    ['unaudited_client_can_only_post_to_private_accounts', 403],
    ['url_ownership_unverified', 403],
    ['access_token_invalid', 401],
  ])('may be refused with %s', async (code, status) => {
    const { client } = await rigOf(answering(status, refused(code)));
    expect((await client.start(token, pull))._unsafeUnwrapErr()).toEqual({ kind: 'TikTokRefused', tiktok: { code, message: 'made up', logId } });
  });
});

describe('the creator', () => {
  const creator = {
    stitch_disabled: true,
    max_video_post_duration_sec: 300,
    duet_disabled: false,
    comment_disabled: true,
    privacy_level_options: ['FOLLOWER_OF_CREATOR', 'CLOSE_FRIENDS_OF_2031', 'SELF_ONLY', 'SELF_ONLY', 7],
    creator_username: 'ada',
    creator_nickname: 'Ada 🎬',
    creator_avatar_url: 'https://p16.cdn.example/a.jpeg',
  };
  const known = {
    username: 'ada',
    nickname: 'Ada 🎬',
    avatarUrl: 'https://p16.cdn.example/a.jpeg',
    options: { privacyLevels: ['FOLLOWER_OF_CREATOR', 'SELF_ONLY'], commentDisabled: true, duetDisabled: false, stitchDisabled: true, maxVideoSeconds: 300 },
  };

  it('is told in any order, without privacy levels that nobody knows', async () => {
    const { server, client } = await rigOf(answering(200, well(JSON.stringify(creator))));
    expect((await client.creatorInfo(token))._unsafeUnwrap()).toEqual({ ...known, cannotPost: null });
    expect(server.requests[0]).toMatchObject({ method: 'POST', target: '/v2/post/publish/creator_info/query/' });
  });

  it('may leave out what is not set', async () => {
    const { client } = await rigOf(answering(200, well('{"max_video_post_duration_sec":3600}')));
    expect((await client.creatorInfo(token))._unsafeUnwrap()).toEqual({
      username: null,
      nickname: null,
      avatarUrl: null,
      options: { privacyLevels: [], commentDisabled: false, duetDisabled: false, stitchDisabled: false, maxVideoSeconds: 3_600 },
      cannotPost: null,
    });
  });

  it.each(['spam_risk_too_many_posts', 'spam_risk_user_banned_from_posting', 'reached_active_user_cap'])(
    'may not post now, which TikTok says with status 200: %s',
    async (code) => {
      const { client } = await rigOf(answering(200, refused(code)));
      const { cannotPost, options } = (await client.creatorInfo(token))._unsafeUnwrap();
      expect(cannotPost).toEqual({ code, message: 'made up', logId });
      expect(options.privacyLevels).toEqual([]);
    },
  );

  it('may not post now and is told all the same', async () => {
    const body = JSON.stringify({ data: creator, error: { code: 'reached_active_user_cap', message: 'made up', log_id: logId } });
    const { client } = await rigOf(answering(200, body));
    expect((await client.creatorInfo(token))._unsafeUnwrap()).toMatchObject({ ...known, cannotPost: { code: 'reached_active_user_cap' } });
  });

  it('may not post now without any data', async () => {
    const { client } = await rigOf(answering(200, '{"error":{"code":"spam_risk_too_many_posts"}}'));
    expect((await client.creatorInfo(token))._unsafeUnwrap().cannotPost).toMatchObject({ code: 'spam_risk_too_many_posts' });
  });

  it('is another matter when TikTok is at its limit', async () => {
    const { client } = await rigOf(answering(503, refused('spam_risk_too_many_posts')));
    expect((await client.creatorInfo(token))._unsafeUnwrapErr()).toMatchObject({ kind: 'TikTokTransient' });
  });
});

describe('the status of a post', () => {
  const observed = async (data: string): Promise<unknown> => {
    const { server, client } = await rigOf(answering(200, well(data)));
    const status = (await client.status(token, id))._unsafeUnwrap();
    expect(server.requests[0]).toMatchObject({ target: '/v2/post/publish/status/fetch/', body: JSON.stringify({ publish_id: id }) });
    expect(status.logId).toBe(logId);
    return status.observation;
  };

  it.each([
    ['{"status":"PROCESSING_UPLOAD","uploaded_bytes":10000000}', { kind: 'processing', status: 'PROCESSING_UPLOAD', bytes: 10_000_000 }],
    ['{"uploaded_bytes":0,"downloaded_bytes":7,"status":"PROCESSING_DOWNLOAD"}', { kind: 'processing', status: 'PROCESSING_DOWNLOAD', bytes: 7 }],
    ['{"status":"PROCESSING_UPLOAD"}', { kind: 'processing', status: 'PROCESSING_UPLOAD', bytes: null }],
    ['{"status":"PROCESSING_UPLOAD","uploaded_bytes":-1}', { kind: 'processing', status: 'PROCESSING_UPLOAD', bytes: null }],
    ['{"status":"SEND_TO_USER_INBOX"}', { kind: 'inbox' }],
    ['{"status":"PUBLISH_COMPLETE"}', { kind: 'complete', postIds: [] }],
    ['{"status":"FAILED","fail_reason":"file_format_check_failed"}', { kind: 'failed', reason: 'file_format_check_failed' }],
    ['{"status":"FAILED"}', { kind: 'failed', reason: 'unknown' }],
    ['{"status":"FAILED","fail_reason":""}', { kind: 'failed', reason: 'unreadable_reason' }],
    ['{"status":"FAILED","fail_reason":"<b>"}', { kind: 'failed', reason: 'unreadable_reason' }],
    ['{"status":"FAILED","fail_reason":7}', { kind: 'failed', reason: 'unreadable_reason' }],
    ['{"status":"IN_A_QUEUE_OF_2031","uploaded_bytes":5}', { kind: 'processing', status: 'IN_A_QUEUE_OF_2031', bytes: 5 }],
    ['{"status":"<script>"}', { kind: 'processing', status: 'unreadable_status', bytes: null }],
  ])('%s', async (data, observation) => {
    expect(await observed(data)).toEqual(observation);
  });

  it.each([
    ['[7678907398077074696]', ['7678907398077074696']],
    ['[7678907398077074696,7678907398077074697]', ['7678907398077074696', '7678907398077074697']],
    ['[9223372036854775807]', ['9223372036854775807']],
    ['["7678907398077074696",7678907398077074696]', ['7678907398077074696']],
    ['7678907398077074696', ['7678907398077074696']],
    ['[12,9007199254740993]', ['12', '9007199254740993']],
    ['[9223372036854775808,-7678907398077074696,0,7.6e18,7678907398077074696.5,null,{},"7678x",true]', []],
    ['[]', []],
    ['null', []],
  ])('has post ids to the last digit: %s', async (ids, expected) => {
    expect(await observed(`{"publicaly_available_post_id":${ids},"status":"PUBLISH_COMPLETE"}`)).toEqual({ kind: 'complete', postIds: expected });
  });

  it('takes the right spelling of the wrong name too', async () => {
    const both = '{"status":"PUBLISH_COMPLETE","publicly_available_post_id":[7678907398077074697],"publicaly_available_post_id":[7678907398077074696]}';
    expect(await observed(both)).toEqual({ kind: 'complete', postIds: ['7678907398077074696', '7678907398077074697'] });
  });

  it('is unclear without a status', async () => {
    const { client } = await rigOf(answering(200, well('{"uploaded_bytes":5}')));
    expect((await client.status(token, id))._unsafeUnwrapErr()).toEqual({
      kind: 'TikTokUnclear',
      reason: "the answer's data.status is missing or not as it should be (status 200)",
      logId,
    });
  });

  it('may be refused for a publish id of another account', async () => {
    const { client } = await rigOf(answering(400, refused('token_not_authorized_for_specified_publish_id')));
    expect((await client.status(token, id))._unsafeUnwrapErr()).toMatchObject({ kind: 'TikTokRefused' });
  });
});

describe('cancelling', () => {
  it('is confirmed without data', async () => {
    const { server, client } = await rigOf(answering(200, '{"error":{"code":"ok"}}'));
    expect((await client.cancel(token, id)).isOk()).toBe(true);
    expect(server.requests[0]).toMatchObject({ target: '/v2/post/publish/cancel/', body: JSON.stringify({ publish_id: id }) });
  });

  it('may be refused', async () => {
    const { client } = await rigOf(answering(400, refused('publish_not_cancellable')));
    expect((await client.cancel(token, id))._unsafeUnwrapErr()).toMatchObject({ kind: 'TikTokRefused', tiktok: { code: 'publish_not_cancellable' } });
  });
});
