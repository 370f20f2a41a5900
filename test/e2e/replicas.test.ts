import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { killLeftovers, runCommand } from '../support/service-process.ts';
import type { WireAnswer } from '../support/wire.ts';
import { outcomeOf } from '../support/wire-person.ts';
import { createWireWorld, type Replica, type WireWorld } from '../support/wire-world.ts';

const backend = { authorization: 'Bearer dev' };

let world: WireWorld;
let one: Replica;
let other: Replica;
let people = 0;

beforeAll(async () => {
  world = await createWireWorld();
  [one, other] = await Promise.all([world.start(), world.start()]);
});
afterAll(async () => {
  await killLeftovers();
  await world.close();
});

const somebody = async (): Promise<string> => {
  const name = `person-${(people += 1)}`;
  await world.tiktok.addAccount(name);
  return name;
};

const connectedOn = async (replica: Replica, account: string): Promise<string> => {
  const person = replica.person(account);
  expect(outcomeOf(await person.connect({ account }))).toBe('success');
  return (await person.connections())[0]?.id ?? '';
};

describe('two replicas on one database', () => {
  it('an account that is connected on one can be read on the other at once', async () => {
    for (const [writer, reader] of [[one, other], [other, one]] as const) {
      const user = await somebody();
      const id = await connectedOn(writer, user);
      expect(await reader.person(user).connections()).toMatchObject([{ id, status: 'active', user_id: user, revision: 1 }]);
      expect(await reader.wire.call({ url: `/v1/connections/${id}`, headers: backend })).toMatchObject({ status: 200, headers: { etag: '"1"' } });
    }
  });

  it('a flow that began on one ends on the other, once', async () => {
    const user = await somebody();
    const here = one.person(user);
    const callback = await world.tiktok.decide(await here.begin(), { account: user });
    const there = other.person(user);
    for (const [name, value] of here.cookies) there.cookies.set(name, value);
    const answers = await Promise.all(Array.from({ length: 10 }, () => [here.comeBack(callback), there.comeBack(callback)]).flat());
    expect(answers.map(outcomeOf).sort()).toEqual([...Array.from({ length: 19 }, () => 'invalid_state'), 'success']);
    expect(await world.tiktok.countCalls({ endpoint: 'token.code', account: user })).toBe(1);
  });

  it('one account, connected on both at once by two users, belongs to one of them', async () => {
    const account = await somebody();
    const [mine, yours] = [one.person(`${account}-mine`), other.person(`${account}-yours`)];
    const answers = await Promise.all([mine.connect({ account }), yours.connect({ account })]);
    expect(answers.map(outcomeOf).sort()).toEqual(['account_linked_to_another_user', 'success']);
    expect([...(await mine.connections()), ...(await yours.connections())]).toHaveLength(1);
  });

  it('a repeated DELETE answers the same wherever it is sent, and TikTok is asked once', async () => {
    const user = await somebody();
    const id = await connectedOn(one, user);
    const remove = (replica: Replica, key: string, wanted = id): Promise<WireAnswer> =>
      replica.wire.call({ method: 'DELETE', url: `/v1/connections/${wanted}`, headers: { ...backend, 'idempotency-key': key } });
    const first = await Promise.all([remove(one, `key-of-${user}`), remove(other, `key-of-${user}`)]);
    for (const { status } of first) expect([200, 409]).toContain(status);
    const [again, there] = [await remove(one, `key-of-${user}`), await remove(other, `key-of-${user}`)];
    expect(again).toMatchObject({ status: 200 });
    expect(again.json()).toMatchObject({ id, status: 'disconnected', revision: 2 });
    expect(there.json()).toEqual(again.json());
    expect(first.find(({ status }) => status === 200)?.json()).toEqual(again.json());
    expect(await world.tiktok.countCalls({ endpoint: 'revoke', account: user })).toBe(1);

    const another = await connectedOn(other, await somebody());
    expect(await remove(other, `key-of-${user}`, another)).toMatchObject({ status: 422 });
    expect((await remove(other, `other-key-of-${user}`)).json()).toEqual(again.json());
  });

  it('a revoked API key is refused by both within a second', async () => {
    const made = await runCommand(world.environment, ['keys', 'create', '--name', 'short-lived', '--scopes', 'connections:read', '--json']);
    const { id, key } = z.object({ id: z.string(), key: z.string() }).parse(JSON.parse(made.output));
    const headers = { authorization: `Bearer ${key}` };

    /** When the last call that was accepted began, in milliseconds since 1970. */
    const lastAccepted = async (replica: Replica): Promise<number> => {
      for (let last = 0; ; ) {
        const begun = Date.now();
        const { status } = await replica.wire.call({ url: '/v1/connections?limit=1', headers });
        if (status !== 200) return last;
        last = begun;
      }
    };
    const asking = Promise.all([one, other].map(lastAccepted));
    expect((await runCommand(world.environment, ['keys', 'revoke', id])).code).toBe(0);
    const last = await asking;
    const revokedAt = z.object({ at: z.number() });
    const [revoked] = await world.rows(revokedAt, 'select extract(epoch from revoked_at)::float8 * 1000 as at from tiktok_connections.api_keys where id = $1', [id]);
    for (const accepted of last) {
      expect(accepted).toBeGreaterThan(0);
      expect(accepted - (revoked?.at ?? 0)).toBeLessThan(1_000);
    }
  });
});

describe('the replica that projects', () => {
  const drives = async ({ url }: Replica): Promise<boolean> =>
    (await (await fetch(`${url}/metrics`)).text()).includes('tiktok_connections_projection_driving{projection="connections"} 1');

  it('is one of them at a time; when it is killed the other takes over in seconds', async () => {
    expect([await drives(one), await drives(other)].sort()).toEqual([false, true]);
    const [driver, heir] = (await drives(one)) ? [one, other] : [other, one];
    const before = await somebody();
    const id = await connectedOn(driver, before);
    await driver.kill();
    const user = await somebody();
    expect(outcomeOf(await heir.person(user).connect({ account: user }))).toBe('success');
    await expect.poll(() => heir.person(user).connections(), { timeout: 10_000, interval: 20 }).toMatchObject([{ user_id: user }]);
    expect(await drives(heir)).toBe(true);
    expect(await heir.person(before).connections()).toMatchObject([{ id }]);
    expect((await heir.wire.call({ url: '/readyz' })).status).toBe(200);

    const late = await world.start();
    expect(await late.person(user).connections()).toMatchObject([{ user_id: user }]);
    expect(await heir.stop()).toBe(0);
    expect(outcomeOf(await late.person(user).connect({ account: user }))).toBe('success');
    await expect.poll(() => drives(late), { timeout: 10_000, interval: 20 }).toBe(true);
    const verified = await runCommand(world.environment, ['verify', '--json']);
    expect(verified.code, verified.output).toBe(0);
  });
});
