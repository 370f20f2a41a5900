import { beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { simulatorControl, type SimulatorControl } from '../support/simulator-control.ts';
import { mediaHost } from './media-host.ts';
import { fileSource, openPoster, put, type Poster } from './posting.ts';
import { startedSimulator } from './running-simulator.ts';

const envelope = z.object({ event: z.string(), user_openid: z.string(), create_time: z.number(), content: z.string().transform((text): unknown => JSON.parse(text)) });

let told: z.infer<typeof envelope>[];
let tiktok: SimulatorControl;
let ada: Poster;

beforeEach(async () => {
  told = [];
  const hook = await mediaHost((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      told.push(envelope.parse(JSON.parse(Buffer.concat(pieces).toString())));
      response.end();
    });
  });
  const simulator = await startedSimulator({ webhookUrl: hook });
  tiktok = simulatorControl(simulator.url);
  await tiktok.withoutWaiting();
  ada = await openPoster(simulator);
});

const upload = async (path: string, body: Readonly<Record<string, unknown>> = {}): Promise<string> => {
  const { data } = await ada.ask(path, { source_info: fileSource(10), ...body });
  await put(data.upload_url, new Uint8Array(10));
  return data.publish_id ?? '';
};
const publicly = { post_info: { privacy_level: 'PUBLIC_TO_EVERYONE' } };
const toldOf = (count: number) => vi.waitFor(() => expect(told).toHaveLength(count), { timeout: 5_000 });
const contentOf = (event: string): unknown => told.find((webhook) => webhook.event === `post.publish.${event}`)?.content;

describe('the app is told', () => {
  it('that a direct post is complete and that it became public', async () => {
    const publish_id = await upload('video/init', publicly);
    await toldOf(2);
    const [post] = await tiktok.posts();
    expect(contentOf('complete')).toEqual({ publish_id, publish_type: 'DIRECT_PUBLISH' });
    expect(contentOf('publicly_available')).toEqual({ publish_id, publish_type: 'DIRECT_PUBLISH', post_id: post?.id });
    expect(told[0]?.user_openid).toBe(await tiktok.openId('ada'));
  });

  it('that a draft is in the inbox, and of each post that is made of it', async () => {
    const publish_id = await upload('inbox/video/init');
    await toldOf(1);
    expect(contentOf('inbox_delivered')).toEqual({ publish_id, publish_type: 'INBOX_SHARE' });
    await tiktok.tapInbox(publish_id, { posts: 2, privacy_level: 'SELF_ONLY' });
    await toldOf(3);
    expect(told.filter(({ event }) => event === 'post.publish.complete')).toHaveLength(2);
  });

  it('why a post failed', async () => {
    await tiktok.addFates({ fail_reason: 'frame_rate_check_failed' });
    const publish_id = await upload('video/init', publicly);
    await toldOf(1);
    expect(contentOf('failed')).toEqual({ publish_id, publish_type: 'DIRECT_PUBLISH', reason: 'frame_rate_check_failed' });
  });

  it('of a pull that was cancelled', async () => {
    await tiktok.changeSettings({ publishing: { download_ms: 60_000 } });
    const { data } = await ada.ask('video/init', { ...publicly, source_info: { source: 'PULL_FROM_URL', video_url: await mediaHost(() => undefined) } });
    await ada.ask('cancel', { publish_id: data.publish_id });
    await toldOf(1);
    expect(contentOf('failed')).toMatchObject({ reason: 'publish_cancelled' });
  });

  it('that the person took the permission back, and that the post failed for it', async () => {
    await ada.ask('video/init', { ...publicly, source_info: fileSource(10) });
    await tiktok.removeApp('ada');
    await toldOf(2);
    expect(told.map(({ event }) => event).toSorted()).toEqual(['authorization.removed', 'post.publish.failed']);
    expect(contentOf('failed')).toMatchObject({ reason: 'auth_removed' });
  });

  it('that a post is public no longer, and then again', async () => {
    await upload('video/init', publicly);
    await toldOf(2);
    const [post] = await tiktok.posts();
    await tiktok.showPost(post?.id ?? '', false);
    await toldOf(3);
    expect(contentOf('no_longer_publicaly_available')).toMatchObject({ post_id: post?.id });
    await tiktok.showPost(post?.id ?? '', true);
    await toldOf(4);
    expect(told.filter(({ event }) => event === 'post.publish.publicly_available')).toHaveLength(2);
  });
});
