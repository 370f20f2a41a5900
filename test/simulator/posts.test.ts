import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { simulatorControl } from '../support/simulator-control.ts';
import { openPoster, put } from './posting.ts';
import { startedSimulator } from './running-simulator.ts';

const chunk = 5_242_880;

describe('a public post', () => {
  it('stands among the videos of its account until it is hidden', async () => {
    const simulator = await startedSimulator();
    const tiktok = simulatorControl(simulator.url);
    await tiktok.withoutWaiting();
    const emi = await openPoster(simulator, 'emi');
    const listed = async (): Promise<unknown> => {
      const answer = await fetch(`${simulator.apiUrl}/v2/video/list/?fields=id,title,view_count`, { method: 'POST', headers: { authorization: `Bearer ${emi.token}` } });
      return z.object({ data: z.object({ videos: z.unknown() }) }).parse(await answer.json()).data.videos;
    };
    const { data } = await emi.init(10, undefined, { title: 'First try' });
    expect(await listed()).toEqual([]);
    await put(data.upload_url, new Uint8Array(10));
    const [post] = await tiktok.posts();
    expect(await listed()).toEqual([{ id: post?.id, title: 'First try', view_count: 0 }]);
    await tiktok.showPost(post?.id ?? '', false);
    expect(await listed()).toEqual([]);
  });
});

describe('posts', () => {
  it('are kept over a restart, and an upload goes on where it was, without its digest', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'simulator-'));
    const stateFile = join(folder, 'state.json');
    const first = await startedSimulator({ stateFile });
    await simulatorControl(first.url).withoutWaiting();
    const before = await openPoster(first);
    const done = await before.init(10);
    await put(done.data.upload_url, new Uint8Array(10));
    const open = await before.init(2 * chunk, { size: chunk, count: 2 });
    await put(open.data.upload_url, new Uint8Array(chunk), { total: 2 * chunk });
    await first.stop();

    const second = await startedSimulator({ stateFile });
    const tiktok = simulatorControl(second.url);
    const url = new URL(open.data.upload_url ?? '');
    const rest = await put(`${second.url}${url.pathname}${url.search}`, new Uint8Array(chunk), { first: chunk, total: 2 * chunk });
    expect(rest.status).toBe(201);
    expect(await tiktok.posts()).toMatchObject([
      { publish_id: done.data.publish_id, bytes: 10, sha256: createHash('sha256').update(new Uint8Array(10)).digest('hex') },
      { publish_id: open.data.publish_id, bytes: 2 * chunk, sha256: null },
    ]);
    await rm(folder, { recursive: true });
  });

  it('are forgotten by a reset', async () => {
    const simulator = await startedSimulator();
    const tiktok = simulatorControl(simulator.url);
    await (await openPoster(simulator)).init(10);
    await tiktok.ask('POST', '/reset');
    expect(await tiktok.publishes()).toEqual([]);
  });

  it('keep the digits of their ids when a fault changes the answer', async () => {
    const simulator = await startedSimulator();
    const tiktok = simulatorControl(simulator.url);
    await tiktok.withoutWaiting();
    const ada = await openPoster(simulator);
    const { data } = await ada.init(10);
    await put(data.upload_url, new Uint8Array(10));
    await tiktok.addFaults({ endpoint: 'status', action: { type: 'transform', set: { 'data.status': 'SOMETHING_NEW' } } });
    const { text } = await ada.status(data.publish_id ?? '');
    expect(text).toContain(`"publicaly_available_post_id":[${(await tiktok.posts())[0]?.id}]`);
    expect(text).toContain('SOMETHING_NEW');
  });
});
