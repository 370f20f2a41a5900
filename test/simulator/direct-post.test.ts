import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { simulatorControl } from '../support/simulator-control.ts';
import { openPoster, put } from './posting.ts';
import { startedSimulator } from './running-simulator.ts';

const bytesOf = (count: number): Uint8Array<ArrayBuffer> => new Uint8Array(randomBytes(count));
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('a direct post of a file', () => {
  it('is uploaded, processed, published, moderated and then public under a 19-digit number', async () => {
    const simulator = await startedSimulator();
    const tiktok = simulatorControl(simulator.url);
    const poster = await openPoster(simulator);
    await tiktok.ask('PATCH', '/clock', { frozen: true });
    const bytes = bytesOf(70_000);
    const { data } = await poster.init(bytes.byteLength);
    expect(data.publish_id).toMatch(/^v_pub_file~v2-1\.7\d{18}$/);
    expect((await poster.status(data.publish_id ?? '')).data.status).toBe('PROCESSING_UPLOAD');
    const stored = await put(data.upload_url, bytes);
    expect([stored.status, stored.headers.get('content-range')]).toEqual([201, 'bytes 0-70000/70000']);
    expect((await poster.status(data.publish_id ?? '')).data).toMatchObject({ status: 'PROCESSING_UPLOAD', uploaded_bytes: 70_000 });
    expect(await tiktok.countPosts()).toBe(0);
    await tiktok.advanceClock(1_500);
    const complete = await poster.status(data.publish_id ?? '');
    expect(complete.data.status).toBe('PUBLISH_COMPLETE');
    expect(complete.text).not.toMatch(/post_id":\[\d/);
    await tiktok.advanceClock(2_000);
    const [post] = await tiktok.posts({ account: 'ada' });
    expect(post).toMatchObject({ bytes: 70_000, sha256: sha256(bytes), is_public: true, privacy_level: 'PUBLIC_TO_EVERYONE' });
    expect((await poster.status(data.publish_id ?? '')).text).toContain(`"publicaly_available_post_id":[${post?.id}]`);
  });

  it('is never given an id when only its creator may see it', async () => {
    const simulator = await startedSimulator();
    const tiktok = simulatorControl(simulator.url);
    await tiktok.changeSettings({ empty_fields: 'kept' });
    await tiktok.withoutWaiting();
    const poster = await openPoster(simulator);
    const { data } = await poster.init(10, undefined, { privacy_level: 'SELF_ONLY' });
    await put(data.upload_url, bytesOf(10));
    await tiktok.advanceClock(86_400_000 / 2);
    expect((await poster.status(data.publish_id ?? '')).text).toContain('"publicaly_available_post_id":[]');
    expect(await tiktok.countPosts()).toBe(1);
  });

  it('goes on while nobody asks', async () => {
    const simulator = await startedSimulator();
    const tiktok = simulatorControl(simulator.url);
    await tiktok.changeSettings({ publishing: { processing_ms: 30, moderation_ms: 30 } });
    const poster = await openPoster(simulator);
    const { data } = await poster.init(10);
    await put(data.upload_url, bytesOf(10));
    await vi.waitFor(async () => expect(await tiktok.posts()).toMatchObject([{ is_public: true }]));
  });
});
