import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { createWireWorld, type Replica, type WireWorld } from '../support/wire-world.ts';

const headers = { authorization: 'Bearer dev' };
const patient = { timeout: 15_000, interval: 50 };
const readiness = z.object({ status: z.string(), parts: z.object({ feed: z.object({ status: z.string(), detail: z.string().nullable() }) }) });
const kindRow = z.object({ kind: z.string() });

let world: WireWorld;
let replica: Replica;
beforeAll(async () => {
  world = await createWireWorld();
  replica = await world.start();
});
afterAll(() => world.close());

it('a connection whose token key is gone asks for a consent, raises an alarm, and is healed by the consent', async () => {
  const ada = replica.person('ada');
  await ada.connect({ account: 'ada' });
  const [connected] = await ada.connections();
  const id = connected?.id ?? '';
  const token = () => replica.wire.call({ method: 'POST', url: `/v1/connections/${id}/access-token`, headers, body: {} });
  const shown = async () => (await replica.wire.call({ url: `/v1/connections/${id}`, headers })).json();
  const feed = async () => readiness.parse((await replica.wire.call({ url: '/readyz' })).json()).parts.feed;
  const refreshes = () =>
    world.rows(kindRow, `select kind from tiktok_connections.work_items where connection_id = $1 and kind = 'refresh' and runnable_at is not null`, [id]);
  expect((await token()).status).toBe(200);
  await vi.waitFor(async () => expect(await refreshes()).toHaveLength(1), patient);

  await world.rows(z.unknown(), `delete from tiktok_connections.data_keys where connection_id = $1 and purpose = 'tokens'`, [id]);
  for (let times = 0; times < 2; times += 1) {
    const refused = await token();
    expect([refused.status, refused.json()]).toMatchObject([409, { code: 'reauthorization_required', detail: 'The person must consent again (key_lost).' }]);
  }
  expect(await shown()).toMatchObject({ status: 'reauthorization_required', reauthorization_reason: 'key_lost', revision: 2 });
  await vi.waitFor(async () => expect(await refreshes()).toEqual([]), patient);
  await vi.waitFor(async () => expect((await feed()).detail).toContain("1 connection's tokens cannot be opened"), patient);
  expect((await feed()).status).toBe('degraded');

  await ada.connect({ account: 'ada' });
  expect(await shown()).toMatchObject({ status: 'active', reauthorization_reason: null, revision: 3 });
  expect((await token()).status).toBe(200);
  await vi.waitFor(async () => expect(await feed()).toMatchObject({ status: 'ok' }), patient);
});
