import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { openBalancingProxy, type BalancingProxy } from '../support/balancing-proxy.ts';
import { killLeftovers, runCommand } from '../support/service-process.ts';
import { createWireWorld, type Replica, type WireWorld } from '../support/wire-world.ts';

const backend = { authorization: 'Bearer dev', 'content-type': 'application/json' };
const migrationRow = z.object({ number: z.number(), times: z.number() });

let world: WireWorld;
let replicas: readonly [Replica, Replica];
let proxy: BalancingProxy;

beforeAll(async () => {
  world = await createWireWorld();
  replicas = await Promise.all([world.start(), world.start()]);
  proxy = await openBalancingProxy(replicas.map(({ url }) => url));
});
afterAll(async () => {
  await proxy.close();
  await killLeftovers();
  await world.close();
});

it('two replicas that start at once on an empty database both serve, and each migration ran once', async () => {
  for (const { wire } of replicas) expect(await wire.call({ url: '/readyz' })).toMatchObject({ status: 200 });
  const applied = await world.rows(migrationRow, 'select number, count(*)::integer as times from tiktok_connections.migrations group by number order by number');
  expect(applied.map(({ times }) => times)).toEqual(applied.map(() => 1));
  expect(applied.map(({ number }) => number)).toEqual(applied.map((_, index) => index + 1));
});

it('replacing one replica after the other fails no request', async () => {
  await world.tiktok.addAccount('rolled');
  const person = replicas[0].person('rolled');
  await person.connect({ account: 'rolled' });
  const id = (await person.connections())[0]?.id ?? '';
  const calls = [
    { method: 'GET', path: `/v1/connections/${id}` },
    { method: 'GET', path: '/v1/connections?limit=5' },
    { method: 'POST', path: `/v1/connections/${id}/access-token`, body: '{}' },
    { method: 'POST', path: `/v1/connect-sessions`, body: '{"user_id":"rolled"}' },
  ] as const;
  const statuses = new Map<number, number>();
  let isOver = false;
  const callers = Array.from({ length: 6 }, async (_, caller) => {
    for (let turn = caller; !isOver; turn += 1) {
      const { method, path, ...sent } = calls[turn % calls.length] ?? calls[0];
      const answer = await fetch(`${proxy.url}${path}`, { method, headers: backend, ...sent });
      await answer.text();
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      await pause(2);
    }
  });
  for (const replica of replicas) {
    expect(await replica.stop()).toBe(0);
    const before = new Map(proxy.answered);
    const next = await world.start({ PORT: new URL(replica.url).port });
    // The new one has its part of the load before the next is stopped.
    await expect.poll(() => proxy.answered.get(next.url) ?? 0, { timeout: 30_000 }).toBeGreaterThan((before.get(next.url) ?? 0) + 20);
  }
  isOver = true;
  await Promise.all(callers);
  expect(proxy.failures).toEqual([]);
  expect([...statuses.keys()].sort()).toEqual([200, 201]);
  expect(await world.tiktok.countCalls({ endpoint: 'token.refresh' })).toBe(0);
  const verified = await runCommand(world.environment, ['verify', '--json']);
  expect(verified.code, verified.output).toBe(0);
});
