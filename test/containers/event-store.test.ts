import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { outcomeOf } from '../support/wire-person.ts';
import type { Handle } from './handle.ts';
import { createContainerWorld, type ContainedService, type ContainerWorld } from './world.ts';

const patient = { timeout: 60_000, interval: 200 };
const counted = z.object({ count: z.number() });

let world: ContainerWorld;
let service: ContainedService;
let store: Handle;

beforeAll(async () => {
  world = await createContainerWorld({ withEventStore: true });
  service = await world.start();
  if (world.eventStore === null) throw new Error('a world with an event store has none');
  store = world.eventStore;
});
afterAll(() => world.close());

const connect = async (user: string): Promise<void> => {
  await world.tiktok.addAccount(user);
  expect(outcomeOf(await service.person(user).connect({ account: user }))).toBe('success');
};

it.each<readonly [string, () => Promise<void>, () => Promise<void>]>([
  ['killed', () => store.kill(), () => store.start()],
  ['paused', () => store.pause(), () => store.unpause()],
  ['cut off from the network', () => store.cutOff(), () => store.plugIn()],
])('the event store is %s: the service says so, and goes on with the whole history when it is back', async (how, happens, ends) => {
  const user = `before-${how.replaceAll(' ', '-')}`;
  await connect(user);
  await happens();
  await expect.poll(service.isReady, patient).toBe(false);
  expect(await service.person(user).connections()).toMatchObject([{ user_id: user, status: 'active' }]);
  await ends();
  await expect.poll(service.isReady, patient).toBe(true);
  await connect(`after-${how.replaceAll(' ', '-')}`);
  const verified = await service.command('verify', '--json');
  expect(verified.code, verified.output).toBe(0);
  expect(await world.rows(counted, 'select count(*)::int as count from tiktok_connections.events')).toEqual([{ count: 0 }]);
});
