import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { createWireWorld, type Replica, type WireWorld } from '../support/wire-world.ts';

const service = { authorization: 'Bearer dev' };
const id = z.object({ id: z.string(), status: z.string() });
const readiness = z.object({ status: z.string(), parts: z.object({ provider: z.object({ status: z.string(), detail: z.string().nullable() }) }) });

let world: WireWorld;
let replicas: readonly Replica[];
const connections: string[] = [];

beforeAll(async () => {
  world = await createWireWorld({ TOKEN_REFRESH: 'lazy' });
  replicas = [await world.start(), await world.start()];
  for (const user of ['wrong-1', 'wrong-2', 'wrong-3']) {
    await world.tiktok.addAccount(user);
    const person = replicas[0]?.person(user);
    await person?.connect({ account: user });
    connections.push(id.parse((await person?.connections())?.[0]).id);
  }
});
afterAll(() => world.close());

const ask = async (replica: Replica, action: 'refresh' | 'access-token', connection: string): Promise<number> => {
  const url = `/v1/connections/${connection}/${action}`;
  return (await replica.wire.call({ method: 'POST', url, headers: service, ...(action === 'refresh' ? {} : { body: {} }) })).status;
};
const everywhere = (action: 'refresh' | 'access-token'): Promise<readonly number[]> =>
  Promise.all(replicas.flatMap((replica) => connections.map((connection) => ask(replica, action, connection))));
const ready = async (replica: Replica) => {
  const answer = await fetch(`${replica.url}/readyz`);
  return { code: answer.status, ...readiness.parse(await answer.json()) };
};
const stopped = async (replica: Replica): Promise<string | undefined> =>
  /refreshing_stopped\{because="configuration"\} (\d)/.exec(await (await fetch(`${replica.url}/metrics`)).text())?.[1];
const secretIs = (secret: string) => world.tiktok.changeApp(world.simulator.app.clientKey, { client_secret: secret });

it('a wrong client secret stops all refreshing, raises the alarm, costs no connection, and is over when it is right', async () => {
  expect(await Promise.all(replicas.map(stopped))).toEqual(['0', '0']);
  await secretIs('another-made-up-secret-0000000001');
  for (const replica of replicas) for (const connection of connections) await ask(replica, 'refresh', connection);
  const calls = await world.tiktok.countCalls({ endpoint: 'token.refresh' });
  expect(calls).toBeLessThanOrEqual(replicas.length);
  const answers = await everywhere('refresh');
  expect(answers.filter((status) => status === 200)).toEqual([]);
  expect(await world.tiktok.countCalls({ endpoint: 'token.refresh' })).toBe(calls);

  for (const replica of replicas) {
    const seen = await ready(replica);
    expect(seen).toMatchObject({ code: 200, status: 'degraded', parts: { provider: { status: 'degraded' } } });
    expect(seen.parts.provider.detail).toContain('TIKTOK_CLIENT_SECRET');
    expect(await stopped(replica)).toBe('1');
  }
  expect(new Set(await everywhere('access-token'))).toEqual(new Set([200]));

  await secretIs(world.simulator.app.clientSecret);
  for (const replica of replicas) {
    await vi.waitFor(async () => expect(await ask(replica, 'refresh', connections[0] ?? '')).toBe(200), { timeout: 30_000, interval: 250 });
    expect(await ready(replica)).toMatchObject({ code: 200, parts: { provider: { status: 'ok' } } });
    expect(await stopped(replica)).toBe('0');
  }
  const shown = await replicas[0]?.wire.call({ url: '/v1/connections', headers: service });
  const { data } = z.object({ data: z.array(id) }).parse(shown?.json());
  expect(data.map(({ status }) => status)).toEqual(['active', 'active', 'active']);
});
