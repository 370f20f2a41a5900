import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { outcomeOf } from '../support/wire-person.ts';
import { createContainerWorld, type ContainedService, type ContainerWorld } from './world.ts';

const backend = { authorization: 'Bearer dev' };
const callers = 4;
const anyRow = z.unknown();

let world: ContainerWorld;

beforeAll(async () => {
  world = await createContainerWorld();
});
afterAll(() => world.close());

it('two replicas are replaced one after the other under load, and no request fails', async () => {
  /** What a load balancer sends to: taken out before it is told to end, put in once it is ready. */
  const inService: ContainedService[] = await Promise.all([world.start(), world.start()]);
  let turn = 0;
  const next = (): ContainedService => {
    const chosen = inService[(turn += 1) % inService.length];
    if (chosen === undefined) throw new Error('no replica is in service');
    return chosen;
  };
  const failures: string[] = [];
  const answered = { reads: 0, connects: 0 };
  let updating = true;

  const read = async (): Promise<void> => {
    const { status, body } = await next().wire.call({ url: '/v1/connections?limit=5', headers: backend });
    if (status === 200) answered.reads += 1;
    else failures.push(`${status} ${body}`);
  };
  /** The whole way of a person, each step of it to whoever is next. */
  const connect = async (account: string): Promise<void> => {
    await world.tiktok.addAccount(account);
    const here = next().person(account);
    const callback = await world.tiktok.decide(await here.begin(), { account });
    const there = next().person(account);
    for (const [name, value] of here.cookies) there.cookies.set(name, value);
    const outcome = outcomeOf(await there.comeBack(callback));
    if (outcome === 'success') answered.connects += 1;
    else failures.push(outcome);
  };
  const call = async (caller: number): Promise<void> => {
    for (let round = 0; updating; round += 1) {
      const happens = round % 10 === 0 ? connect(`caller-${caller}-${round}`) : read();
      await happens.catch((problem: unknown) => failures.push(String(problem)));
    }
  };

  const load = Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)));
  for (let replaced = 0; replaced < 2; replaced += 1) {
    const fresh = await world.start();
    inService.push(fresh);
    const old = inService.shift();
    expect(await old?.stop()).toBe(0);
  }
  const atTheEnd = { ...answered };
  await expect.poll(() => answered.reads > atTheEnd.reads && answered.connects > atTheEnd.connects, { timeout: 30_000 }).toBe(true);
  updating = false;
  await load;

  expect(failures).toEqual([]);
  const [survivor] = inService;
  const verified = await survivor?.command('verify', '--json');
  expect(verified?.code, verified?.output).toBe(0);
  const { length } = await world.rows(anyRow, 'select id from user_tiktok_connections');
  expect(length).toBe(answered.connects);
});
