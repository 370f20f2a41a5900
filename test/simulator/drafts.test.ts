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
  await tiktok.withoutWaiting();
  ada = await openPoster(simulator);
});

const draft = async (extra: Readonly<Record<string, unknown>> = {}): Promise<string> => {
  const { data } = await ada.ask('inbox/video/init', { source_info: fileSource(10), ...extra });
  await put(data.upload_url, new Uint8Array(10));
  return data.publish_id ?? '';
};

describe('a draft', () => {
  it('goes to the inbox, and is posted when the person taps it', async () => {
    const publishId = await draft();
    expect(publishId).toMatch(/^v_inbox_file~v2\.7\d{18}$/);
    expect((await ada.status(publishId)).data.status).toBe('SEND_TO_USER_INBOX');
    expect(await tiktok.countPosts()).toBe(0);
    const [post] = await tiktok.tapInbox(publishId, { title: 'My own words' });
    expect(post).toMatchObject({ mode: 'inbox', title: 'My own words', privacy_level: 'PUBLIC_TO_EVERYONE', bytes: 10 });
    expect((await ada.status(publishId)).text).toContain(`"publicaly_available_post_id":[${post?.id}]`);
  });

  it('may become several posts, all of whose ids are told', async () => {
    const publishId = await draft();
    await tiktok.tapInbox(publishId, { posts: 2 });
    await tiktok.tapInbox(publishId, { privacy_level: 'SELF_ONLY' });
    expect(await tiktok.countPosts({ publish_id: publishId })).toBe(3);
    const ids = (await tiktok.posts()).filter((post) => post.is_public).map(({ id }) => id);
    expect(ids).toHaveLength(2);
    expect((await ada.status(publishId)).text).toContain(`"publicaly_available_post_id":[${ids.join(',')}]`);
  });

  it('keeps its title and loses every other setting', async () => {
    const publishId = await draft({ post_info: { title: 'Kept', privacy_level: 'SELF_ONLY', is_aigc: true, disable_comment: 'nonsense' } });
    expect(await tiktok.publishes({ publish_id: publishId })).toMatchObject([
      { post_info: { title: 'Kept', privacy_level: null, is_aigc: false, disable_comment: false } },
    ]);
  });

  it('is one of five that may wait; posting one makes room, and so does a day', async () => {
    const first = await draft();
    for (let more = 0; more < 4; more += 1) await draft();
    const full = { http: 403, error: { code: 'spam_risk_too_many_pending_share' } };
    expect(await ada.ask('inbox/video/init', { source_info: fileSource(10) })).toMatchObject(full);
    await tiktok.tapInbox(first);
    await draft();
    expect(await ada.ask('inbox/video/init', { source_info: fileSource(10) })).toMatchObject(full);
    await tiktok.advanceClock(86_400_000 - 60_000);
    expect((await ada.ask('inbox/video/init', { source_info: fileSource(10) })).http).toBe(403);
    await tiktok.advanceClock(60_000);
    ada = await openPoster(simulator);
    expect((await ada.ask('inbox/video/init', { source_info: fileSource(10) })).http).toBe(200);
  });

  it('needs no audit, and another scope than a direct post', async () => {
    await tiktok.changeApp(simulator.app.clientKey, { audited: false, active_user_cap: 0 });
    await draft();
    const { access_token } = await connect(simulator, 'bruno', { scope: 'user.info.basic,video.publish' });
    const refused = await fetch(`${simulator.apiUrl}/v2/post/publish/inbox/video/init/`, {
      method: 'POST',
      headers: { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ source_info: fileSource(10) }),
    });
    expect(await refused.json()).toMatchObject({ error: { code: 'scope_not_authorized' } });
  });

  it('cannot be tapped before it is in the inbox', async () => {
    const { data } = await ada.ask('inbox/video/init', { source_info: fileSource(10) });
    await expect(tiktok.tapInbox(data.publish_id ?? '')).rejects.toThrow('is not in the inbox: it is PROCESSING_UPLOAD');
  });
});
