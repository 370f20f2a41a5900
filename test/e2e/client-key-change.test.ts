import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { killLeftovers } from '../support/service-process.ts';
import { createWireWorld, type Replica, type WireWorld } from '../support/wire-world.ts';

const patient = { timeout: 40_000, interval: 50 };
const another = { TIKTOK_CLIENT_KEY: 'aw-another-app' };
const shown = z.object({ user_id: z.string() });

let world: WireWorld;
beforeAll(async () => {
  world = await createWireWorld();
});
afterAll(async () => {
  await killLeftovers();
  await world.close();
});

const usersInTable = async (): Promise<readonly string[]> =>
  (await world.rows(shown, 'select user_id from user_tiktok_connections order by user_id')).map(({ user_id }) => user_id);
const tableOf = (users: readonly string[]): Promise<void> => expect.poll(usersInTable, patient).toEqual(users);
const connect = async (replica: Replica, account: string): Promise<void> => {
  await world.tiktok.addAccount(account);
  await replica.person(account).connect({ account });
};
const statusesOn = async (replica: Replica, user: string): Promise<readonly string[]> => (await replica.person(user).connections()).map(({ status }) => status);

it('a start with another client key rebuilds the table for SQL readers, and the former key brings its rows back', async () => {
  const before = await world.start();
  await connect(before, 'first');
  await tableOf(['first']);
  await before.stop();
  const after = await world.start(another);
  await tableOf([]);
  expect(await statusesOn(after, 'first')).toEqual(['active']);
  await after.stop();
  const back = await world.start();
  await tableOf(['first']);
  await back.stop();
});

it('so it does while a replica of the old key still runs, which neither fails nor changes it back', async () => {
  const old = await world.start();
  await tableOf(['first']);
  const next = await world.start(another);
  await tableOf([]);
  await connect(old, 'second');
  expect(await statusesOn(old, 'second')).toEqual(['active']);
  await expect.poll(() => statusesOn(next, 'second'), patient).toEqual(['active']);
  expect(await usersInTable()).toEqual([]);
  expect((await old.wire.call({ url: '/readyz' })).status).toBe(200);
  expect(await old.stop()).toBe(0);
  expect(await usersInTable()).toEqual([]);
  expect((await next.wire.call({ url: '/readyz' })).status).toBe(200);
});
