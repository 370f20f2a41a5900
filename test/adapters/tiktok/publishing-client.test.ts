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
    expect((await client.start(token, pull)).isOk()).toBe(true);
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
