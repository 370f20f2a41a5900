import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Simulator } from '../../simulator/simulator.ts';
import { simulatorControl, type SimulatorControl } from '../support/simulator-control.ts';
import { mediaHost } from './media-host.ts';
import { fileSource, openPoster, type Answered, type Poster } from './posting.ts';
import { startedSimulator } from './running-simulator.ts';

const video = Buffer.from('a made-up video');
const digest = createHash('sha256').update(video).digest('hex');

let simulator: Simulator;
let tiktok: SimulatorControl;
let ada: Poster;

beforeEach(async () => {
  simulator = await startedSimulator();
  tiktok = simulatorControl(simulator.url);
  await tiktok.withoutWaiting();
  await tiktok.changeSettings({ empty_fields: 'kept' });
  ada = await openPoster(simulator);
});

const pull = (video_url: string): Promise<Answered> =>
  ada.ask('video/init', { post_info: { privacy_level: 'SELF_ONLY' }, source_info: { source: 'PULL_FROM_URL', video_url } });
const photos = (photo_images: readonly string[], how: Readonly<Record<string, unknown>> = {}, cover = 0): Promise<Answered> =>
  ada.ask('content/init', {
    media_type: 'PHOTO',
    post_mode: 'DIRECT_POST',
    post_info: { privacy_level: 'SELF_ONLY', title: 'Lookbook', description: 'Our #spring look', auto_add_music: true },
    source_info: { source: 'PULL_FROM_URL', photo_images, photo_cover_index: cover },
    ...how,
  });
const ended = (status: string, reason: string | null = null) =>
  vi.waitFor(async () => expect(await tiktok.publishes()).toMatchObject([{ status, fail_reason: reason }]), { timeout: 5_000 });
const serveVideo = () => mediaHost((_request, response) => void response.end(video));

describe('a pull', () => {
  it('fetches the video from a verified place and publishes it', async () => {
    const { data } = await pull(`${await serveVideo()}/a.mp4`);
    expect(data.publish_id).toMatch(/^v_pub_url~v2\.7\d{18}$/);
    expect(data.upload_url).toBeUndefined();
    await ended('PUBLISH_COMPLETE');
    expect((await ada.status(data.publish_id ?? '')).data).toMatchObject({ downloaded_bytes: video.length, uploaded_bytes: 0 });
    expect(await tiktok.posts()).toMatchObject([{ bytes: video.length, sha256: digest }]);
  });

  it.each([
    ['another domain', 'https://elsewhere.example/a.mp4'],
    ['a domain that only ends alike', 'https://notmedia.example/a.mp4'],
    ['plain http', 'http://media.example/a.mp4'],
    ['another folder than the prefix', 'https://files.example/others/a.mp4'],
  ])('is refused for %s', async (_, url) => {
    await tiktok.changeApp(simulator.app.clientKey, { verified_properties: ['media.example', 'https://files.example/posts/'] });
    const answer = await pull(url);
    expect(answer).toMatchObject({ http: 403, error: { code: 'url_ownership_unverified' } });
    expect(answer.error.message).toMatch(/^Please review our URL ownership verification rules at .*#pull_from_url$/);
  });

  it('is taken from a verified domain, its sub-domains and a prefix, which are found where the settings say', async () => {
    const place = await serveVideo();
    await tiktok.changeApp(simulator.app.clientKey, { verified_properties: ['media.example', 'https://files.example/posts/'] });
    await tiktok.changeSettings({ publishing: { hosts: { 'media.example': place, 'a.media.example': place, 'files.example': place } } });
    for (const url of ['https://media.example/a.mp4', 'https://a.media.example/b.mp4', 'https://files.example/posts/c.mp4?v=1'])
      expect((await pull(url)).http).toBe(200);
    await vi.waitFor(async () => expect(await tiktok.countPosts()).toBe(3));
  });

  it.each([
    ['answers 404', (_: unknown, response: { writeHead(status: number): { end(): unknown } }) => void response.writeHead(404).end()],
    ['redirects', (_: unknown, response: { writeHead(status: number, headers?: object): { end(): unknown } }) => void response.writeHead(302, { location: '/b' }).end()],
    ['is empty', (_: unknown, response: { end(): unknown }) => void response.end()],
    ['breaks off', (request: { socket: { destroy(): unknown } }) => void request.socket.destroy()],
  ])('fails where the host %s', async (_, answer) => {
    await pull(`${await mediaHost(answer)}/a.mp4`);
    await ended('FAILED', 'video_pull_failed');
  });

  it('never asks the Internet', async () => {
    await tiktok.changeApp(simulator.app.clientKey, { verified_properties: ['media.example'] });
    await pull('https://media.example/a.mp4');
    await ended('FAILED', 'video_pull_failed');
  });

  it('fails when the host has not answered within an hour', async () => {
    await pull(`${await mediaHost(() => undefined)}/a.mp4`);
    await tiktok.advanceClock(3_599_000);
    await ended('PROCESSING_DOWNLOAD');
    await tiktok.advanceClock(2_000);
    await ended('FAILED', 'video_pull_failed');
  });

  it('can be cancelled while it is under way, and only then', async () => {
    await tiktok.changeSettings({ publishing: { download_ms: 60_000 } });
    const host = await serveVideo();
    const { data } = await pull(`${host}/a.mp4`);
    const cancelled = await ada.ask('cancel', { publish_id: data.publish_id });
    expect(cancelled).toMatchObject({ http: 200, error: { code: 'ok' } });
    expect(cancelled.text).not.toContain('data');
    expect((await ada.status(data.publish_id ?? '')).data).toMatchObject({ status: 'FAILED', fail_reason: 'publish_cancelled' });
    const refusal = { http: 400, error: { code: 'publish_not_cancellable' } };
    expect(await ada.ask('cancel', { publish_id: data.publish_id })).toMatchObject(refusal);
    const upload = await ada.ask('inbox/video/init', { source_info: fileSource(10) });
    expect(await ada.ask('cancel', { publish_id: upload.data.publish_id })).toMatchObject(refusal);
    expect(await ada.ask('cancel', { publish_id: 'none' })).toMatchObject({ http: 400, error: { code: 'invalid_publish_id' } });
    await tiktok.advanceClock(120_000);
    expect(await tiktok.countPosts()).toBe(0);
  });
});

describe('photos', () => {
  it('are pulled one by one and become one post', async () => {
    const host = await mediaHost((request, response) => void response.end(`photo ${request.url}`));
    const { data } = await photos([`${host}/1.jpg`, `${host}/2.jpg`, `${host}/3.jpg`], {}, 2);
    expect(data.publish_id).toMatch(/^p_pub_url~v2\.7\d{18}$/);
    await ended('PUBLISH_COMPLETE');
    const [post] = await tiktok.posts();
    expect(post).toMatchObject({ kind: 'photo', title: 'Lookbook', description: 'Our #spring look' });
    expect(post?.files.map(({ bytes }) => bytes)).toEqual([12, 12, 12]);
    expect(await tiktok.publishes()).toMatchObject([{ post_info: { photo_cover_index: 2, auto_add_music: true } }]);
  });

  it('go to the inbox, for people whose app is new enough', async () => {
    const host = await mediaHost((_request, response) => void response.end('photo'));
    await tiktok.changeAccount('ada', { posting: { app_version: '31.7.9' } });
    const draft = { post_mode: 'MEDIA_UPLOAD', post_info: { title: 'Lookbook' } };
    expect(await photos([`${host}/1.jpg`], draft)).toMatchObject({ http: 400, error: { code: 'app_version_check_failed' } });
    await tiktok.changeAccount('ada', { posting: { app_version: '31.8' } });
    expect((await photos([`${host}/1.jpg`], draft)).http).toBe(200);
    await ended('SEND_TO_USER_INBOX');
  });

  it.each([
    ['without post info', { post_mode: 'MEDIA_UPLOAD', post_info: undefined }, 'The request post info is empty or incorrect'],
    ['of another type', { media_type: 'VIDEO' }, 'The request parameters are malformed.'],
    ['with a title of 91 units', { post_info: { title: 'a'.repeat(91), privacy_level: 'SELF_ONLY' } }, 'The request post info is empty or incorrect'],
    ['with a description of 4,001', { post_info: { description: 'a'.repeat(4_001) } }, 'The request post info is empty or incorrect'],
    ['to be uploaded', { source_info: { source: 'FILE_UPLOAD' } }, 'The request source info is empty or incorrect'],
    ['without any', { source_info: { source: 'PULL_FROM_URL', photo_images: [], photo_cover_index: 0 } }, 'The request source info is empty or incorrect'],
  ])('are refused %s', async (_, how, message) => {
    expect(await photos(['http://localhost:1/1.jpg'], how)).toMatchObject({ http: 400, error: { code: 'invalid_params', message } });
  });

  it('are at most 35, with a cover among them', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => `http://127.0.0.1:1/${index}.jpg`);
    expect((await photos(many(35), {}, 34)).http).toBe(200);
    expect((await photos(many(36))).http).toBe(400);
    expect((await photos(many(2), {}, 2)).http).toBe(400);
  });

  it('fail when one of them cannot be fetched, or has more than 20 MB', async () => {
    const host = await mediaHost((request, response) => void (request.url === '/gone.jpg' ? response.writeHead(404).end() : response.end(request.url === '/large.jpg' ? Buffer.alloc(20_000_001) : 'photo')));
    await photos([`${host}/1.jpg`, `${host}/gone.jpg`]);
    await ended('FAILED', 'photo_pull_failed');
    const { data } = await photos([`${host}/large.jpg`]);
    const filter = { publish_id: data.publish_id ?? '' };
    await vi.waitFor(async () => expect(await tiktok.publishes(filter)).toMatchObject([{ fail_reason: 'picture_size_check_failed' }]), { timeout: 20_000 });
  });
});
