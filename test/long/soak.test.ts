import { setTimeout as pause } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { heapInUse } from '../support/heap-in-use.ts';
import { madeUpVideo } from '../support/made-up-videos.ts';
import { freePort, killLeftovers, runCommand } from '../support/service-process.ts';
import { outcomeOf } from '../support/wire-person.ts';
import { createWireWorld, type Replica, type WireWorld } from '../support/wire-world.ts';

const seconds = Number(process.env['SOAK_SECONDS'] ?? 120);
const windows = 6;
/** How much more may be in use at the end than after the first third: a leak of half a kilobyte for each request exceeds it. */
const roomBytes = 4 * 1_048_576;
const service = { authorization: 'Bearer dev' };

let world: WireWorld;
let replica: Replica;
let inspectorPort: number;
let video: Buffer;

beforeAll(async () => {
  video = await madeUpVideo({ container: 'mp4', codec: 'avc' });
  world = await createWireWorld({ TOKEN_REFRESH: 'eager' });
  await world.tiktok.withoutWaiting();
  inspectorPort = await freePort();
  replica = await world.start({ NODE_OPTIONS: `--inspect=127.0.0.1:${inspectorPort}` });
});
afterAll(async () => {
  await killLeftovers();
  await world.close();
});

const ask = async (method: string, path: string, body?: Record<string, unknown> | Buffer): Promise<unknown> => {
  const isFile = Buffer.isBuffer(body);
  const headers = { ...service, 'content-type': isFile ? 'video/mp4' : 'application/json', ...(path === '/v1/publications' ? { 'idempotency-key': randomUUID() } : {}) };
  const content = body === undefined ? {} : { body: isFile ? new Uint8Array(body) : JSON.stringify(body) };
  const answer = await fetch(`${replica.url}${path}`, { method, headers: body === undefined ? service : headers, ...content });
  const text = await answer.text();
  expect(answer.ok, `${method} ${path} answered ${answer.status}: ${text}`).toBe(true);
  return text === '' ? null : JSON.parse(text);
};

const idOf = (found: unknown): string => z.looseObject({ id: z.string() }).parse(found).id;

/** A busy machine may show a connection a moment after the browser is back. */
const listedOf = (user: string): Promise<string> => vi.waitFor(async () => idOf((await replica.person(user).connections())[0]), { timeout: 30_000, interval: 100 });

const mebibytes = (bytes: number): string => (bytes / 1_048_576).toFixed(1);

it(`${seconds} s of everything leave nothing behind in memory`, { timeout: (seconds + 120) * 1_000 }, async () => {
  let over = false;
  let requests = 0;
  const again = async (work: () => Promise<number>): Promise<void> => {
    while (!over) {
      const asked = await work();
      requests += asked;
    }
  };

  const visit = async (user: string): Promise<void> => {
    await world.tiktok.addAccount(user);
    await again(async () => {
      const person = replica.person(user);
      expect(outcomeOf(await person.connect({ account: user }))).toBe('success');
      const connection = await listedOf(user);
      for (let turn = 0; turn < 40 && !over; turn += 1) {
        await ask('GET', `/v1/connections/${connection}`);
        await ask('POST', `/v1/connections/${connection}/access-token`, {});
        await ask('GET', '/v1/connections?limit=10');
      }
      await ask('POST', `/v1/connections/${connection}/refresh`, {});
      await ask('GET', `/v1/connections/${connection}/state?at=1`);
      expect((await person.unbind()).status).toBe(200);
      return 126;
    });
  };

  /** A creator may post so often a day at TikTok, so that each has a few of them. */
  const postsEach = 8;

  const post = async (connection: string): Promise<void> => {
    const media = idOf(await ask('POST', '/v1/media', video));
    const publication = idOf(
      await ask('POST', '/v1/publications', {
        connection_id: connection,
        kind: 'video',
        mode: 'direct',
        post: { title: 'soak', privacy_level: 'SELF_ONLY' },
        consent: { confirmed_at: new Date().toISOString(), music_usage: true },
        source: { type: 'media', media_id: media },
      }),
    );
    const stream = await fetch(`${replica.url}/v1/publications/${publication}/events`, { headers: service });
    expect(await stream.text()).toContain('"published"');
  };

  const create = async (): Promise<void> => {
    let creators = 0;
    await again(async () => {
      const creator = `creator-${(creators += 1)}`;
      await world.tiktok.addAccount(creator);
      await replica.person(creator).connect({ account: creator });
      const connection = await listedOf(creator);
      for (let posts = 0; posts < postsEach && !over; posts += 1) await post(connection);
      return postsEach * 3;
    });
  };

  const inUse: number[] = [];
  const watch = async (): Promise<void> => {
    for (let window = 0; window < windows; window += 1) {
      await pause((seconds / windows) * 1_000);
      inUse.push(await heapInUse(inspectorPort));
    }
    over = true;
  };

  await Promise.all([watch(), visit('first'), visit('second'), visit('third'), create()]);
  console.log(`${requests} requests; in use at the end of each sixth, MiB: ${inUse.map(mebibytes).join(', ')}`);
  const [, warm = 0] = inUse;
  expect(inUse.at(-1)).toBeLessThan(warm + roomBytes);
  const verified = await runCommand(world.environment, ['verify', '--json']);
  expect(verified.code, verified.output).toBe(0);
});
