import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startSimulator, type Simulator } from '../../../simulator/simulator.ts';
import { createGuardedDispatcher } from '../../../src/adapters/outbound/guarded-dispatcher.ts';
import { uploadLimits } from '../../../src/adapters/outbound/large-body-limits.ts';
import { createTikTokUploads } from '../../../src/adapters/tiktok/chunk-uploads.ts';
import { createPublishingClient } from '../../../src/adapters/tiktok/publishing-client.ts';
import type { ChunkFailure, PhotoStart, Started, VideoStart } from '../../../src/application/ports/tiktok-publishing.ts';
import type { Observation } from '../../../src/domain/publication/commands.ts';
import { chunkRange, type ChunkPlan } from '../../../src/domain/publication/chunk-plan.ts';
import { publishId } from '../../../src/domain/values/ids.ts';
import { secret, type Secret } from '../../../src/domain/values/secret.ts';
import { simulatorControl, type SimulatorControl } from '../../support/simulator-control.ts';
import { connect } from '../../simulator/driver.ts';
import { mediaHost } from '../../simulator/media-host.ts';
import { photos, pull, settings, upload } from './publishing-setup.ts';
import { digestOf, madeUpFile, never } from './upload-rig.ts';

let simulator: Simulator;
let tiktok: SimulatorControl;
let token: Secret<string>;
let client: ReturnType<typeof createPublishingClient>;
let uploads: ReturnType<typeof createTikTokUploads>;
const dispatchers: { destroy(): Promise<void> }[] = [];

beforeEach(async () => {
  simulator = await startSimulator({ quiet: true });
  tiktok = simulatorControl(simulator.url);
  await tiktok.withoutWaiting();
  const { access_token } = await connect(simulator, 'ada', { scope: 'user.info.basic,video.list,video.publish,video.upload' });
  token = secret(access_token);
  const calls = createGuardedDispatcher({ exemptOrigins: [simulator.apiUrl] });
  const transfers = createGuardedDispatcher({ exemptOrigins: [simulator.apiUrl], limits: uploadLimits });
  dispatchers.push(calls, transfers);
  client = createPublishingClient({ apiUrl: simulator.apiUrl, dispatcher: calls });
  uploads = createTikTokUploads({ dispatcher: transfers });
});

afterEach(async () => {
  for (const dispatcher of dispatchers.splice(0)) await dispatcher.destroy();
  await simulator.stop();
});

const plan: ChunkPlan = { totalBytes: 16_000_123, chunkBytes: 5_242_880, count: 3 };
const publicly = { ...settings, privacyLevel: 'PUBLIC_TO_EVERYONE' } as const;
const video: VideoStart = { ...upload, settings: publicly, source: { kind: 'upload', plan } };

const started = async (start: VideoStart | PhotoStart): Promise<Started> => (await client.start(token, start))._unsafeUnwrap();
const seen = async ({ publishId: id }: Started): Promise<Observation> => (await client.status(token, id))._unsafeUnwrap().observation;

/** The bytes of one chunk, out of a file that is made up. */
const pieces = (index: number) => {
  const { first, last } = chunkRange(plan, index);
  return () => madeUpFile(last - first + 1).read();
};
async function* wholeFile(): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < plan.count; index += 1) yield* pieces(index)();
}

const put = async ({ uploadUrl }: Started, index: number): Promise<ChunkFailure | null> => {
  const sent = await uploads.putChunk(uploadUrl ?? secret(''), { plan, index, contentType: 'video/mp4' }, pieces(index), never);
  return sent.match(
    () => null,
    (failure) => failure,
  );
};

describe('with the simulated TikTok', () => {
  it('a video goes over in chunks, byte for byte, and becomes one post whose id is exact', async () => {
    const begun = await started(video);
    for (let index = 0; index < plan.count; index += 1) {
      expect(await put(begun, index)).toBeNull();
      if (index < plan.count - 1)
        expect(await seen(begun)).toEqual({ kind: 'processing', status: 'PROCESSING_UPLOAD', bytes: (index + 1) * plan.chunkBytes });
    }
    const [post, ...others] = await tiktok.posts();
    expect(others).toEqual([]);
    expect(post).toMatchObject({ publish_id: begun.publishId, bytes: plan.totalBytes, sha256: await digestOf(wholeFile()) });
    expect(await seen(begun)).toEqual({ kind: 'complete', postIds: [post?.id] });
    expect(post?.id).toMatch(/^\d{19}$/);
    const [listed] = (await client.list(token, null, 5))._unsafeUnwrap().videos;
    expect(listed?.id).toBe(post?.id);
  });

  it('the settings arrive as they were meant', async () => {
    await started(video);
    const [{ post_info } = { post_info: {} }] = await tiktok.publishes();
    expect(post_info).toMatchObject({
      title: 'Spring sale #shoes',
      privacy_level: 'PUBLIC_TO_EVERYONE',
      disable_comment: false,
      disable_duet: true,
      disable_stitch: false,
      brand_organic_toggle: true,
      brand_content_toggle: false,
      is_aigc: true,
    });
  });

  it('a chunk that is there already, and one that is not next, are out of step', async () => {
    const begun = await started(video);
    expect(await put(begun, 0)).toBeNull();
    expect(await put(begun, 0)).toEqual({ kind: 'ChunkOutOfStep' });
    expect(await put(begun, 2)).toEqual({ kind: 'ChunkOutOfStep' });
    expect(await put(begun, 1)).toBeNull();
  });

  it('an upload address ends after an hour', async () => {
    const begun = await started(video);
    await tiktok.advanceClock(3_601_000);
    expect(await put(begun, 0)).toEqual({ kind: 'UploadClosed', status: 403 });
  });

  it('a chunk is sent again after a server error, and after a cut', async () => {
    await tiktok.addFaults(
      { endpoint: 'upload', action: { type: 'respond', status: 503 } },
      { endpoint: 'upload', action: { type: 'drop', after_bytes: 1_000_000 } },
      { endpoint: 'upload', when: 'after', action: { type: 'drop' } },
    );
    const begun = await started(video);
    expect(await put(begun, 0)).toEqual({ kind: 'ChunkUnanswered', reason: 'TikTok answered with status 503' });
    expect(await put(begun, 0)).toMatchObject({ kind: 'ChunkUnanswered' });
    expect(await put(begun, 0)).toMatchObject({ kind: 'ChunkUnanswered' });
    // The third was stored though its answer was lost.
    expect(await put(begun, 0)).toEqual({ kind: 'ChunkOutOfStep' });
    expect(await seen(begun)).toMatchObject({ bytes: plan.chunkBytes });
  });

  it('a draft goes to the inbox', async () => {
    const begun = await started({ ...video, mode: 'draft' });
    for (let index = 0; index < plan.count; index += 1) expect(await put(begun, index)).toBeNull();
    expect(await seen(begun)).toEqual({ kind: 'inbox' });
    await tiktok.tapInbox(begun.publishId);
    expect(await seen(begun)).toMatchObject({ kind: 'complete' });
  });

  it('a video is pulled, and a pull is cancelled', async () => {
    const host = await mediaHost((_request, response) => void response.end('a made-up video'));
    const pulled: VideoStart = { ...pull, source: { kind: 'pull', url: secret(`${host}/a.mp4`) } };
    const begun = await started(pulled);
    expect(begun.uploadUrl).toBeNull();
    await vi.waitFor(async () => expect(await seen(begun)).toMatchObject({ kind: 'complete' }));

    await tiktok.changeSettings({ publishing: { download_ms: 60_000 } });
    const second = await started(pulled);
    expect((await client.cancel(token, second.publishId)).isOk()).toBe(true);
    expect(await seen(second)).toEqual({ kind: 'failed', reason: 'publish_cancelled' });
    expect((await client.cancel(token, second.publishId))._unsafeUnwrapErr()).toMatchObject({ tiktok: { code: 'publish_not_cancellable' } });
  });

  it('photos are pulled, as a post and as a draft', async () => {
    const host = await mediaHost((request, response) => void response.end(`photo ${request.url}`));
    const urls = [secret(`${host}/1.jpg`), secret(`${host}/2.jpg`)];
    const direct = await started({ ...photos, urls });
    const draft = await started({ ...photos, urls, mode: 'draft' });
    await vi.waitFor(async () => expect(await seen(direct)).toMatchObject({ kind: 'complete' }));
    await vi.waitFor(async () => expect(await seen(draft)).toEqual({ kind: 'inbox' }));
    expect(await tiktok.posts()).toMatchObject([{ kind: 'photo', title: 'Lookbook', description: 'Our #spring look' }]);
  });

  it('an address that is not verified, a level that is not offered and an unknown id are refused', async () => {
    const elsewhere: VideoStart = { ...pull, source: { kind: 'pull', url: secret('https://elsewhere.example/a.mp4') } };
    expect((await client.start(token, elsewhere))._unsafeUnwrapErr()).toMatchObject({ tiktok: { code: 'url_ownership_unverified' } });
    const followers = { ...settings, privacyLevel: 'FOLLOWER_OF_CREATOR' } as const;
    expect((await client.start(token, { ...video, settings: followers }))._unsafeUnwrapErr()).toMatchObject({ tiktok: { code: 'privacy_level_option_mismatch' } });
    const unknown = publishId('v_pub_file~v2-1.7600000000000000009');
    expect((await client.status(token, unknown))._unsafeUnwrapErr()).toMatchObject({ tiktok: { code: 'invalid_publish_id' } });
  });

  it('a creator who may not post now is told as such', async () => {
    expect((await client.creatorInfo(token))._unsafeUnwrap()).toMatchObject({
      username: 'ada.builds',
      options: { privacyLevels: ['PUBLIC_TO_EVERYONE', 'MUTUAL_FOLLOW_FRIENDS', 'SELF_ONLY'] },
      cannotPost: null,
    });
    await tiktok.addFaults({ endpoint: 'creator_info', action: { type: 'error', code: 'spam_risk_too_many_posts', status: 200 } });
    expect((await client.creatorInfo(token))._unsafeUnwrap().cannotPost).toMatchObject({ code: 'spam_risk_too_many_posts' });
  });
});
