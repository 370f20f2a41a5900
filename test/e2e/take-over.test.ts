import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { playableVideo } from '../support/playable-video.ts';
import { killLeftovers, runCommand } from '../support/service-process.ts';
import { outcomeOf } from '../support/wire-person.ts';
import { createWireWorld, type Replica, type WireWorld } from '../support/wire-world.ts';

const backend = { authorization: 'Bearer dev' };
/** Longer than a lease lasts. */
const patient = { timeout: 60_000, interval: 50 };
const named = z.object({ id: z.uuid() });
const runRow = z.object({ lease: z.string().nullable(), attempts: z.number() });

let world: WireWorld;

beforeAll(async () => {
  world = await createWireWorld({ TOKEN_REFRESH: 'lazy' });
  await world.tiktok.withoutWaiting();
});
afterAll(async () => {
  await killLeftovers();
  await world.close();
});

const connected = async (replica: Replica, account: string): Promise<string> => {
  await world.tiktok.addAccount(account);
  const person = replica.person(account);
  expect(outcomeOf(await person.connect({ account }))).toBe('success');
  return (await person.connections())[0]?.id ?? '';
};

const publish = async ({ url, wire }: Replica, connection: string): Promise<string> => {
  const uploaded = await fetch(`${url}/v1/media`, { method: 'POST', headers: { ...backend, 'content-type': 'video/webm' }, body: new Uint8Array(playableVideo(2)) });
  const accepted = await wire.call({
    method: 'POST',
    url: '/v1/publications',
    headers: { ...backend, 'idempotency-key': randomUUID() },
    body: {
      connection_id: connection,
      kind: 'video',
      mode: 'direct',
      post: { title: 'Taken over', privacy_level: 'SELF_ONLY' },
      consent: { confirmed_at: new Date().toISOString(), music_usage: true },
      source: { type: 'media', media_id: named.parse(await uploaded.json()).id },
    },
  });
  return named.parse(accepted.json()).id;
};

const driven = async ({ url }: Replica): Promise<readonly string[]> =>
  [...(await (await fetch(`${url}/metrics`)).text()).matchAll(/^tiktok_connections_projection_driving\{projection="(\w+)"\} 1$/gm)].map(([, name]) => name ?? '').sort();

it('the other of two replicas takes over every projection and the work in hand of one that is killed', async () => {
  const one = await world.start();
  const connection = await connected(one, 'ada-of-two');
  await world.tiktok.addFaults({ endpoint: 'upload', account: 'ada-of-two', delay_ms: 120_000 });
  const publication = await publish(one, connection);
  await expect.poll(() => world.tiktok.countCalls({ endpoint: 'upload', account: 'ada-of-two', pending: 'true' }), patient).toBe(1);
  const lease = () => world.rows(runRow, `select lease, attempts from tiktok_connections.work_runs where subject = $1 and lease is not null`, [publication]);
  const [held] = await lease();
  const all = await driven(one);
  expect(all).toEqual(['connections', 'publications', 'work']);
  const other = await world.start();
  expect(await driven(other)).toEqual([]);
  await one.kill();
  await world.tiktok.clearFaults();

  await expect.poll(() => driven(other), patient).toEqual(all);
  await connected(other, 'grace-of-two');
  expect(await lease()).toEqual([held]);
  const shown = async (): Promise<unknown> => (await other.wire.call({ url: `/v1/publications/${publication}`, headers: backend })).json();
  await expect.poll(shown, patient).toMatchObject({ status: 'published' });
  expect(await lease()).toEqual([]);
  expect(await world.tiktok.countPosts({ account: 'ada-of-two' })).toBe(1);
  expect(await world.tiktok.publishes({ account: 'ada-of-two' })).toHaveLength(1);
  const verified = await runCommand(world.environment, ['verify', '--json']);
  expect(verified.code, verified.output).toBe(0);
});
