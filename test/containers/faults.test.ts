import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outcomeOf } from '../support/wire-person.ts';
import { createContainerWorld, type ContainedService, type ContainerWorld } from './world.ts';

const backend = { authorization: 'Bearer dev' };
const patient = { timeout: 60_000, interval: 200 };

let world: ContainerWorld;
let service: ContainedService;
let people = 0;

beforeAll(async () => {
  world = await createContainerWorld();
  service = await world.start();
});
afterAll(() => world.close());

const somebody = async (): Promise<string> => {
  const name = `person-${(people += 1)}`;
  await world.tiktok.addAccount(name);
  return name;
};

const connected = async (user: string): Promise<string> => {
  const person = service.person(user);
  expect(outcomeOf(await person.connect({ account: user }))).toBe('success');
  return (await person.connections())[0]?.id ?? '';
};

const untilReady = (): Promise<void> => expect.poll(service.isReady, patient).toBe(true);
const untilUseless = (): Promise<void> => expect.poll(service.isReady, patient).toBe(false);

/** Nothing was lost, nothing is different from what the history says, and work goes on. */
const isWhole = async (...users: readonly string[]): Promise<void> => {
  // What is shown may be made anew from the history, behind a database that was killed.
  for (const user of users) await expect.poll(() => service.person(user).connections(), patient).toMatchObject([{ user_id: user, status: 'active' }]);
  await connected(await somebody());
  const verified = await service.command('verify', '--json');
  expect(verified.code, verified.output).toBe(0);
};

describe('the container of the service', () => {
  it('is killed in the middle of a connect, and goes on where it was', async () => {
    const [before, during] = [await somebody(), await somebody()];
    await connected(before);
    const person = service.person(during);
    const callback = await world.tiktok.decide(await person.begin(), { account: during });
    await service.kill();
    await service.start();
    await untilReady();
    expect(outcomeOf(await person.comeBack(callback))).toBe('success');
    await isWhole(before, during);
  });

  it('is paused: who asks meanwhile is answered afterwards', async () => {
    const user = await somebody();
    const id = await connected(user);
    await service.pause();
    const asked = service.wire.call({ url: `/v1/connections/${id}`, headers: backend });
    await expect(fetch(`${service.url}/livez`, { signal: AbortSignal.timeout(2_000) })).rejects.toThrow('timeout');
    await service.unpause();
    expect((await asked).json()).toMatchObject({ id, status: 'active' });
    await isWhole(user);
  });

  it('is restarted: it ends in order and keeps everything', async () => {
    const user = await somebody();
    await connected(user);
    await service.restart();
    await untilReady();
    await isWhole(user);
  });
});

describe('the container of PostgreSQL', () => {
  it.each([
    ['restarted', () => world.postgres.restart()],
    ['killed and started again', async () => {
      await world.postgres.kill();
      await untilUseless();
      await world.postgres.start();
    }],
  ])('is %s: the service is ready again by itself', async (_how, happens) => {
    const user = await somebody();
    await connected(user);
    await happens();
    await untilReady();
    await isWhole(user);
  });

  it('is paused: the service says that it cannot serve, and can again afterwards', async () => {
    const user = await somebody();
    const id = await connected(user);
    await world.postgres.pause();
    await untilUseless();
    expect((await fetch(`${service.url}/livez`)).status).toBe(200);
    expect((await service.wire.call({ url: `/v1/connections/${id}`, headers: backend })).status).toBe(503);
    await world.postgres.unpause();
    await untilReady();
    await isWhole(user);
  });

  it('is cut off from the network, where packets vanish without a word: connections that lead nowhere are given up', async () => {
    const user = await somebody();
    await connected(user);
    await world.postgres.cutOff();
    await untilUseless();
    await world.postgres.plugIn();
    await untilReady();
    await isWhole(user);
  });
});

describe('TikTok', () => {
  it('is cut off from the network: tokens that live are handed out, and refreshing goes on when it is back', async () => {
    const [one, other] = [await somebody(), await somebody()];
    const [asked, unasked] = [await connected(one), await connected(other)];
    const post = (path: string): Promise<number> => service.wire.call({ method: 'POST', url: `/v1/connections/${path}`, headers: backend, body: {} }).then(({ status }) => status);
    await world.simulator.cutOff();
    expect([502, 503]).toContain(await post(`${asked}/refresh`));
    expect(await post(`${asked}/access-token`)).toBe(200);
    await world.simulator.plugIn();
    await expect.poll(() => post(`${unasked}/refresh`), patient).toBe(200);
    await isWhole(one, other);
  });
});
