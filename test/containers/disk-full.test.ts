import { afterAll, beforeAll, expect, it } from 'vitest';
import { outcomeOf } from '../support/wire-person.ts';
import { dataFolder } from './postgres.ts';
import { createContainerWorld, type ContainedService, type ContainerWorld } from './world.ts';

const patient = { timeout: 60_000, interval: 100 };
const ballast = `${dataFolder}/ballast`;

let world: ContainerWorld;
let service: ContainedService;

beforeAll(async () => {
  world = await createContainerWorld({ databaseMegabytes: 256 });
  service = await world.start();
});
afterAll(() => world.close());

const connect = async (user: string): Promise<string> => {
  const person = service.person(user);
  const begun = await person.call({ url: '/api/tiktok/auth/authorize' });
  return outcomeOf(begun.status === 303 ? begun : await person.comeBack(await world.tiktok.decide(begun.location().href, { account: user })));
};

it("PostgreSQL's disk fills up: who connects is told so, who is connected is served, and with room again all is well by itself", async () => {
  const connected: string[] = [];
  const somebody = async (): Promise<string> => {
    const user = `user-${connected.length}`;
    await world.tiktok.addAccount(user).catch(() => undefined);
    const outcome = await connect(user);
    if (outcome === 'success') connected.push(user);
    return outcome;
  };
  expect(await somebody()).toBe('success');
  const filled = await world.postgres.exec(['sh', '-c', `cat /dev/zero > ${ballast}`]);
  expect(filled.output).toContain('No space left on device');
  // The pages that a table has take some rows more.
  await expect.poll(somebody, patient).toBe('database_error');
  for (const user of connected) expect(await service.person(user).connections()).toMatchObject([{ user_id: user, status: 'active' }]);
  expect((await fetch(`${service.url}/livez`)).status).toBe(200);

  await world.postgres.exec(['rm', ballast]);
  const before = connected.length;
  await expect.poll(somebody, patient).toBe('success');
  for (const user of connected) await expect.poll(() => service.person(user).connections(), patient).toMatchObject([{ user_id: user, status: 'active' }]);
  expect(connected).toHaveLength(before + 1);
  const verified = await service.command('verify', '--json');
  expect(verified.code, verified.output).toBe(0);
});
