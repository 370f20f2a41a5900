import { beforeEach, describe, expect, it } from 'vitest';
import type { Simulator } from '../../simulator/simulator.ts';
import { simulatorControl, type SimulatorControl } from '../support/simulator-control.ts';
import { connect } from './driver.ts';
import { fileSource, openPoster, put, type Poster } from './posting.ts';
import { startedSimulator } from './running-simulator.ts';

let simulator: Simulator;
let tiktok: SimulatorControl;
let ada: Poster;

beforeEach(async () => {
  simulator = await startedSimulator();
  tiktok = simulatorControl(simulator.url);
  ada = await openPoster(simulator);
});

const key = (): string => simulator.app.clientKey;
const setPosting = (posting: Readonly<Record<string, unknown>>): Promise<void> => tiktok.changeAccount('ada', { posting });
const creatorInfo = (poster = ada) => poster.ask('creator_info/query', {});
const withoutRates = () => tiktok.changeSettings({ publishing: { rate_limits: { creator_info: null, init: null, status: null } } });

describe('creator info', () => {
  it('tells what a public account may do', async () => {
    expect(JSON.parse((await creatorInfo()).text)).toMatchObject({
      data: {
        creator_username: 'ada.builds',
        creator_nickname: 'Ada Builds',
        privacy_level_options: ['PUBLIC_TO_EVERYONE', 'MUTUAL_FOLLOW_FRIENDS', 'SELF_ONLY'],
        comment_disabled: false,
        duet_disabled: false,
        stitch_disabled: false,
        max_video_post_duration_sec: 600,
      },
      error: { code: 'ok' },
    });
  });

  it('tells of a private account, of comments switched off and of longer videos', async () => {
    await setPosting({ is_private: true, comment_disabled: true, max_video_seconds: 3_600 });
    expect(JSON.parse((await creatorInfo()).text)).toMatchObject({
      data: {
        privacy_level_options: ['FOLLOWER_OF_CREATOR', 'MUTUAL_FOLLOW_FRIENDS', 'SELF_ONLY'],
        comment_disabled: true,
        duet_disabled: true,
        stitch_disabled: true,
        max_video_post_duration_sec: 3_600,
      },
    });
  });

  it('tells of bans and caps with HTTP 200', async () => {
    await setPosting({ is_banned: true });
    expect(await creatorInfo()).toMatchObject({ http: 200, error: { code: 'spam_risk_user_banned_from_posting' } });
    await setPosting({ is_banned: false, posts_elsewhere: 15 });
    expect(await creatorInfo()).toMatchObject({ http: 200, error: { code: 'spam_risk_too_many_posts' } });
    await setPosting({ posts_elsewhere: 0 });
    await tiktok.changeApp(key(), { active_user_cap: 0 });
    expect(await creatorInfo()).toMatchObject({ http: 200, error: { code: 'reached_active_user_cap' } });
  });

  it('shows a picture for two hours', async () => {
    const url = /"creator_avatar_url":"([^"]+)"/.exec((await creatorInfo()).text)?.[1] ?? '';
    expect((await fetch(url)).status).toBe(200);
    await tiktok.advanceClock(2 * 3_600_000);
    expect((await fetch(url)).status).toBe(403);
  });

  it('is not narrowed for an app without the audit', async () => {
    await tiktok.changeApp(key(), { audited: false });
    expect((await creatorInfo()).text).toContain('PUBLIC_TO_EVERYONE');
  });

  it('needs a living token and the scope', async () => {
    const upload = await connect(simulator, 'bruno', { scope: 'user.info.basic,video.upload' });
    const asked = (token: string) =>
      fetch(`${simulator.apiUrl}/v2/post/publish/creator_info/query/`, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
    expect(await (await asked(upload.access_token)).json()).toMatchObject({ error: { code: 'scope_not_authorized' } });
    expect((await asked('act.unknown')).status).toBe(401);
    expect((await asked(ada.token)).status).toBe(200);
  });
});

describe('a direct post', () => {
  it.each([
    ['a ban', { is_banned: true }, 'spam_risk_user_banned_from_posting'],
    ['posts that came from elsewhere', { posts_elsewhere: 15 }, 'spam_risk_too_many_posts'],
    ['a level that a private account has not', { is_private: true }, 'privacy_level_option_mismatch'],
  ])('is refused for %s', async (_, posting, code) => {
    await setPosting(posting);
    expect(await ada.init(10)).toMatchObject({ http: 403, error: { code } });
  });

  it.each([undefined, 'FOLLOWER_OF_CREATOR', 'EVERYBODY'])('is refused with the privacy level %s', async (privacy_level) => {
    expect(await ada.init(10, undefined, { privacy_level })).toMatchObject({ http: 403, error: { code: 'privacy_level_option_mismatch' } });
  });

  it('may have a title of 2,200 UTF-16 units, and not one more', async () => {
    expect((await ada.init(10, undefined, { title: '🥐'.repeat(1_100) })).http).toBe(200);
    expect(await ada.init(10, undefined, { title: `${'🥐'.repeat(1_100)}.` })).toMatchObject({
      http: 400,
      error: { code: 'invalid_params', message: 'The request post info is empty or incorrect' },
    });
  });

  it('is refused without post info, under the documented name where the settings say so', async () => {
    await tiktok.changeSettings({ publishing: { param_error: 'invalid_param' } });
    expect(await ada.ask('video/init', { source_info: fileSource(10) })).toMatchObject({ http: 400, error: { code: 'invalid_param' } });
  });

  it('is one of fifteen a day', async () => {
    await withoutRates();
    const codes: string[] = [];
    for (let post = 0; post < 16; post += 1) codes.push((await ada.init(10)).error.code);
    expect(codes).toEqual([...Array.from({ length: 15 }, () => 'ok'), 'spam_risk_too_many_posts']);
    await tiktok.advanceClock(86_400_000 - 3_600_000);
    expect((await ada.init(10)).http).toBe(403);
    await tiktok.advanceClock(3_600_000);
    ada = await openPoster(simulator);
    expect((await ada.init(10)).http).toBe(200);
  });

  it('comes from one of so many creators a day as the app may have', async () => {
    await tiktok.changeApp(key(), { active_user_cap: 1 });
    const bruno = await openPoster(simulator, 'bruno');
    expect((await ada.init(10)).http).toBe(200);
    expect(await bruno.init(10)).toMatchObject({ http: 403, error: { code: 'reached_active_user_cap' } });
    expect((await ada.init(10)).http).toBe(200);
  });

  it('of an app without the audit comes from one of five creators', async () => {
    await tiktok.changeApp(key(), { audited: false });
    const codes: string[] = [];
    for (const account of ['one', 'two', 'three', 'four', 'five', 'six']) {
      await tiktok.addAccount(account, { posting: { is_private: true } });
      codes.push((await (await openPoster(simulator, account)).init(10, undefined, { privacy_level: 'SELF_ONLY' })).error.code);
    }
    expect(codes).toEqual([...Array.from({ length: 5 }, () => 'ok'), 'reached_active_user_cap']);
    await tiktok.advanceClock(86_400_000);
    const six = await openPoster(simulator, 'six');
    expect((await six.init(10, undefined, { privacy_level: 'SELF_ONLY' })).http).toBe(200);
  });

  it.each([{ audited: false }, { mode: 'sandbox', target_accounts: ['ada'] }])('of a restricted app (%j) is private in a private account', async (app) => {
    await tiktok.changeApp(key(), app);
    const refusal = { http: 403, error: { code: 'unaudited_client_can_only_post_to_private_accounts' } };
    expect(await ada.init(10, undefined, { privacy_level: 'SELF_ONLY' })).toMatchObject(refusal);
    await setPosting({ is_private: true });
    expect(await ada.init(10, undefined, { privacy_level: 'FOLLOWER_OF_CREATOR' })).toMatchObject(refusal);
    expect((await ada.init(10, undefined, { privacy_level: 'SELF_ONLY' })).http).toBe(200);
  });

  it('is counted in a sliding minute of its token', async () => {
    await tiktok.ask('PATCH', '/clock', { frozen: true });
    for (let post = 0; post < 6; post += 1) {
      expect((await ada.init(10)).http).toBe(200);
      await tiktok.advanceClock(1_000);
    }
    expect(await ada.init(10)).toMatchObject({ http: 429, error: { code: 'rate_limit_exceeded' } });
    expect((await ada.ask('inbox/video/init', { source_info: fileSource(10) })).http).toBe(200);
    await tiktok.advanceClock(54_000);
    expect((await ada.init(10)).http).toBe(200);
    expect((await ada.init(10)).http).toBe(429);
  });

  it('is checked for its token, its scope, its rate and its body in this order', async () => {
    const upload = await connect(simulator, 'bruno', { scope: 'user.info.basic,video.upload' });
    await setPosting({ is_banned: true });
    const sent = async (token: string, body: string) =>
      (await fetch(`${simulator.apiUrl}/v2/post/publish/video/init/`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body })).status;
    expect(await sent('act.none', 'no json')).toBe(401);
    expect(await sent(upload.access_token, 'no json')).toBe(401);
    for (let call = 0; call < 6; call += 1) expect(await sent(ada.token, 'no json')).toBe(400);
    expect(await sent(ada.token, 'no json')).toBe(429);
  });
});

describe('the status of a post', () => {
  it('is only told to whom it belongs', async () => {
    const { data } = await ada.init(10);
    const bruno = await openPoster(simulator, 'bruno');
    expect(await ada.status('v_pub_file~v2-1.7000000000000000000')).toMatchObject({ http: 400, error: { code: 'invalid_publish_id' } });
    expect(await bruno.status(data.publish_id ?? '')).toMatchObject({
      http: 400,
      error: { code: 'token_not_authorized_for_specified_publish_id' },
    });
  });

  it('may be asked thirty times a minute', async () => {
    const { data } = await ada.init(10);
    const statuses: number[] = [];
    for (let call = 0; call < 31; call += 1) statuses.push((await ada.status(data.publish_id ?? '')).http);
    expect(statuses).toEqual([...Array.from({ length: 30 }, () => 200), 429]);
  });
});

describe('a post that fares ill', () => {
  const fail = async (size = 10, post: Readonly<Record<string, unknown>> = {}) => {
    const { data } = await ada.init(size, undefined, post);
    await put(data.upload_url, new Uint8Array(size));
    return ada.status(data.publish_id ?? '');
  };

  it.each([
    'file_format_check_failed',
    'duration_check_failed',
    'frame_rate_check_failed',
    'picture_size_check_failed',
    'internal',
    'video_pull_failed',
    'photo_pull_failed',
    'publish_cancelled',
    'auth_removed',
    'spam_risk_too_many_posts',
    'spam_risk_user_banned_from_posting',
    'spam_risk_text',
    'spam_risk',
  ])('fails with %s', async (fail_reason) => {
    await tiktok.withoutWaiting();
    await tiktok.addFates({ account: 'bruno', fail_reason: 'internal' }, { account: 'ada', fail_reason });
    expect((await fail()).data).toMatchObject({ status: 'FAILED', fail_reason });
    expect(await tiktok.countPosts()).toBe(0);
    expect((await fail()).data.status).toBe('PUBLISH_COMPLETE');
  });

  it('does so at the word of its caption', async () => {
    await tiktok.withoutWaiting();
    expect((await fail(10, { title: 'Buy #spam' })).data.fail_reason).toBe('spam_risk_text');
    expect((await fail(10, { title: '#fail_duration_check_failed' })).data.fail_reason).toBe('duration_check_failed');
    expect((await fail(10, { title: '#stuck' })).data.status).toBe('PROCESSING_UPLOAD');
  });

  it('is stuck for ever, or held by moderation for hours', async () => {
    await tiktok.withoutWaiting();
    await tiktok.addFates({ stuck: true }, { moderation_ms: 7_200_000, processing_ms: 0 });
    const stuck = await fail();
    expect(stuck.data.status).toBe('PROCESSING_UPLOAD');
    await fail();
    await tiktok.advanceClock(7_190_000);
    expect(await tiktok.posts()).toMatchObject([{ is_public: false }]);
    await tiktok.advanceClock(10_000);
    expect(await tiktok.posts()).toMatchObject([{ is_public: true }]);
    await tiktok.advanceClock(86_400_000 * 0.5);
    expect((await tiktok.publishes())[0]).toMatchObject({ status: 'PROCESSING_UPLOAD' });
  });
});
