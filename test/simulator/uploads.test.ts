import { createHash, randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Simulator } from '../../simulator/simulator.ts';
import { simulatorControl, type SimulatorControl } from '../support/simulator-control.ts';
import { openPoster, put, type Poster } from './posting.ts';
import { startedSimulator } from './running-simulator.ts';

const chunk = 5_242_880;
const total = 2 * chunk + 1_000;
const bytes = new Uint8Array(randomBytes(total));
const chunks = [bytes.subarray(0, chunk), bytes.subarray(chunk)] as const;

let simulator: Simulator;
let tiktok: SimulatorControl;
let poster: Poster;
let url = '';
let publishId = '';

beforeEach(async () => {
  simulator = await startedSimulator();
  tiktok = simulatorControl(simulator.url);
  await tiktok.withoutWaiting();
  poster = await openPoster(simulator);
  const { data } = await poster.init(total, { size: chunk, count: 2 });
  url = data.upload_url ?? '';
  publishId = data.publish_id ?? '';
});

const answerOf = async (response: Promise<Response>): Promise<readonly [number, string | null]> => {
  const { status, headers } = await response;
  return [status, headers.get('content-range')];
};
const uploaded = async (): Promise<number | undefined> => (await tiktok.publishes({ publish_id: publishId }))[0]?.uploaded_bytes;
const strike = (fault: Readonly<Record<string, unknown>>): Promise<unknown> => tiktok.ask('POST', '/faults', { endpoint: 'upload', ...fault });
const sendAll = async (): Promise<void> => {
  await put(url, chunks[0], { first: 0, total });
  await put(url, chunks[1], { first: chunk, total });
};

describe('an upload', () => {
  it('takes chunk after chunk, and keeps the digest of all of them', async () => {
    expect(await answerOf(put(url, chunks[0], { first: 0, total }))).toEqual([206, `bytes 0-${chunk}/${total}`]);
    expect(await uploaded()).toBe(chunk);
    expect(await answerOf(put(url, chunks[1], { first: chunk, total }))).toEqual([201, `bytes 0-${total}/${total}`]);
    expect(await tiktok.posts()).toMatchObject([{ bytes: total, sha256: createHash('sha256').update(bytes).digest('hex') }]);
  });

  it('refuses a chunk out of turn, of another length, or sent again, and says how far it is', async () => {
    expect(await answerOf(put(url, chunks[1], { first: chunk, total }))).toEqual([416, `bytes 0-0/${total}`]);
    expect((await put(url, bytes.subarray(0, 1_000), { first: 0, total })).status).toBe(416);
    await put(url, chunks[0], { first: 0, total });
    expect(await answerOf(put(url, chunks[0], { first: 0, total }))).toEqual([416, `bytes 0-${chunk}/${total}`]);
    await put(url, chunks[1], { first: chunk, total });
    expect((await put(url, chunks[1], { first: chunk, total })).status).toBe(416);
    expect(await tiktok.countPosts()).toBe(1);
  });

  it.each([
    { range: undefined, type: 'application/octet-stream' },
    { range: undefined, type: 'odd' },
    { range: 'bytes 0-9', type: 'video/mp4' },
    { range: `bytes 0-${chunk - 1}/${total + 1}`, type: 'video/mp4' },
    { range: `bytes 0-${chunk}/${total}`, type: 'video/mp4' },
    { range: `bytes ${chunk - 1}-0/${total}`, type: 'video/mp4' },
  ])('refuses bad headers: %j', async ({ range, type }) => {
    expect((await put(url, chunks[0], { total, type, ...(range === undefined ? {} : { range }) })).status).toBe(400);
    expect(await uploaded()).toBe(0);
  });

  it('is unknown under another token', async () => {
    expect((await put(url.replace('upload_token=sim-', 'upload_token=sin-'), chunks[0], { total })).status).toBe(404);
  });

  it('is over an hour after it began, and stays unfinished', async () => {
    await put(url, chunks[0], { first: 0, total });
    await tiktok.advanceClock(3_600_000);
    expect((await put(url, chunks[1], { first: chunk, total })).status).toBe(403);
    expect((await poster.status(publishId)).data).toMatchObject({ status: 'PROCESSING_UPLOAD', uploaded_bytes: chunk });
  });

  it('stores nothing of a chunk whose sender dies in the middle', async () => {
    const dying = request(url, { method: 'PUT', headers: { 'content-type': 'video/mp4', 'content-length': chunk, 'content-range': `bytes 0-${chunk - 1}/${total}` } });
    dying.on('error', () => undefined);
    dying.write(bytes.subarray(0, 200_000), () => dying.destroy());
    await vi.waitFor(async () => expect(await tiktok.ask('GET', '/calls?endpoint=upload')).toMatchObject({ calls: [{ error: 'incomplete_body' }] }));
    expect(await uploaded()).toBe(0);
    expect((await put(url, chunks[0], { first: 0, total })).status).toBe(206);
  });

  it('counts the one of two same chunks that was complete first', async () => {
    const statuses = await Promise.all([0, 1, 2].map(async () => (await put(url, chunks[0], { first: 0, total })).status));
    expect(statuses.toSorted()).toEqual([206, 416, 416]);
    expect(await uploaded()).toBe(chunk);
  });
});

describe('a fault of an upload', () => {
  it('is a 5xx on the second chunk, after which the same chunk is taken', async () => {
    await strike({ skip: 1, action: { type: 'respond', status: 503 } });
    expect((await put(url, chunks[0], { first: 0, total })).status).toBe(206);
    expect((await put(url, chunks[1], { first: chunk, total })).status).toBe(503);
    expect(await uploaded()).toBe(chunk);
    expect((await put(url, chunks[1], { first: chunk, total })).status).toBe(201);
  });

  it('is only for the account it was set for', async () => {
    await strike({ account: 'bruno', action: { type: 'respond', status: 500 } });
    expect((await put(url, chunks[0], { first: 0, total })).status).toBe(206);
    await strike({ account: 'ada', action: { type: 'respond', status: 502 } });
    expect((await put(url, chunks[1], { first: chunk, total })).status).toBe(502);
  });

  it('is a connection that breaks once the chunk is stored', async () => {
    await strike({ when: 'after', action: { type: 'drop' } });
    await expect(put(url, chunks[0], { first: 0, total })).rejects.toThrow('fetch failed');
    expect((await poster.status(publishId)).data.uploaded_bytes).toBe(chunk);
    expect((await put(url, chunks[0], { first: 0, total })).status).toBe(416);
  });

  it('is a connection that breaks in the middle of a chunk, of which nothing is stored', async () => {
    await strike({ action: { type: 'drop', after_bytes: 100_000 } });
    await expect(put(url, chunks[0], { first: 0, total })).rejects.toThrow('fetch failed');
    expect(await uploaded()).toBe(0);
    await sendAll();
    expect(await tiktok.posts()).toMatchObject([{ sha256: createHash('sha256').update(bytes).digest('hex') }]);
  });

  it('is slowness', async () => {
    const began = performance.now();
    await strike({ action: { type: 'slow', bytes_per_second: chunk * 5 } });
    expect((await put(url, chunks[0], { first: 0, total })).status).toBe(206);
    expect(performance.now() - began).toBeGreaterThan(150);
  });

  it('is silence', async () => {
    await strike({ action: { type: 'hang' } });
    const sent = fetch(url, { method: 'PUT', headers: { 'content-type': 'video/mp4' }, body: 'x', signal: AbortSignal.timeout(100) });
    await expect(sent).rejects.toThrow('timeout');
  });

  it('is a person who removes the app in between', async () => {
    await strike({ skip: 1, action: { type: 'revoke' } });
    await put(url, chunks[0], { first: 0, total });
    expect((await put(url, chunks[1], { first: chunk, total })).status).toBe(404);
    expect(await tiktok.publishes()).toMatchObject([{ status: 'FAILED', fail_reason: 'auth_removed' }]);
    expect(await tiktok.countPosts()).toBe(0);
  });

  it('is an access token that ends in between, which the bytes do not need', async () => {
    await strike({ action: { type: 'expire' } });
    await sendAll();
    expect((await poster.status(publishId)).http).toBe(401);
    expect(await tiktok.countPosts()).toBe(1);
  });
});

describe('a fault of an init', () => {
  it('can lose the answer once the post has begun', async () => {
    await tiktok.addFaults({ endpoint: 'init', when: 'after', action: { type: 'drop' } });
    await expect(poster.init(10)).rejects.toThrow('fetch failed');
    expect(await tiktok.publishes()).toHaveLength(2);
  });

  it('can be a 5xx before anything has begun, or a burst of 429', async () => {
    await tiktok.addFaults(
      { endpoint: 'init.video', action: { type: 'error', code: 'internal_error', status: 500 } },
      { endpoint: 'init.video', times: 2, action: { type: 'error', code: 'rate_limit_exceeded', status: 429 } },
    );
    const answers = [await poster.init(10), await poster.init(10), await poster.init(10), await poster.init(10)];
    expect(answers.map(({ http }) => http)).toEqual([500, 429, 429, 200]);
    expect(await tiktok.publishes()).toHaveLength(2);
  });
});
