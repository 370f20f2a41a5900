import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { killLeftovers } from '../support/service-process.ts';
import { outcomeOf, type WirePerson } from '../support/wire-person.ts';
import { createWireWorld, type Replica, type WireWorld } from '../support/wire-world.ts';

let world: WireWorld;
let service: Replica;
let people = 0;

beforeAll(async () => {
  world = await createWireWorld();
  service = await world.start();
});
afterAll(async () => {
  await killLeftovers();
  await world.close();
});

type Somebody = Readonly<{ user: string; account: string; browser: WirePerson }>;

const somebody = async (): Promise<Somebody> => {
  const name = `person-${(people += 1)}`;
  await world.tiktok.addAccount(name);
  return { user: name, account: name, browser: service.person(name) };
};

/** Begins a flow and consents; where TikTok sends the browser. */
const consent = async ({ browser, account }: Somebody): Promise<URL> => world.tiktok.decide(await browser.begin('?add_account=1'), { account });

const exchangesOf = ({ account }: Somebody): Promise<number> => world.tiktok.countCalls({ endpoint: 'token.code', account });

const expectNoConnection = async ({ browser, account, user }: Somebody): Promise<void> => {
  expect(await browser.connections()).toEqual([]);
  expect(await world.rows(z.unknown(), 'select id from user_tiktok_connections where user_id = $1', [user])).toEqual([]);
  expect(await world.tiktok.countCalls({ endpoint: 'user_info', account })).toBe(0);
};

describe('a state', () => {
  it('is good for one of a hundred callbacks at once, and one exchange', async () => {
    const person = await somebody();
    const callback = await consent(person);
    const answers = await Promise.all(Array.from({ length: 100 }, () => person.browser.comeBack(callback)));
    const outcomes = answers.map(outcomeOf);
    expect(outcomes.filter((outcome) => outcome === 'success')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'invalid_state')).toHaveLength(99);
    expect(await exchangesOf(person)).toBe(1);
    expect(await person.browser.connections()).toMatchObject([{ status: 'active', revision: 1 }]);
  });

  it('is good for nobody once it was used', async () => {
    const person = await somebody();
    const callback = await consent(person);
    const cookies = [...person.browser.cookies];
    expect(outcomeOf(await person.browser.comeBack(callback))).toBe('success');
    for (const [name, value] of cookies) person.browser.cookies.set(name, value);
    expect(outcomeOf(await person.browser.comeBack(callback))).toBe('invalid_state');
    expect(await exchangesOf(person)).toBe(1);
  });

  it('is good for nobody after ten minutes', async () => {
    const person = await somebody();
    const callback = await consent(person);
    const left = 'select extract(epoch from expires_at - now())::float8 as seconds from tiktok_connections.authorization_attempts where user_id = $1';
    const [lifetime] = await world.rows(z.object({ seconds: z.number() }), left, [person.user]);
    expect(lifetime?.seconds).toBeGreaterThan(540);
    expect(lifetime?.seconds).toBeLessThanOrEqual(601);
    await world.rows(z.unknown(), 'update tiktok_connections.authorization_attempts set expires_at = now() where user_id = $1', [person.user]);
    expect(outcomeOf(await person.browser.comeBack(callback))).toBe('invalid_state');
    await expectNoConnection(person);
  });

  it('is bound to its browser: without the cookie of its flow it is used up and gives nothing', async () => {
    const person = await somebody();
    const callback = await consent(person);
    expect(outcomeOf(await service.person(person.user).comeBack(callback))).toBe('invalid_state');
    expect(outcomeOf(await person.browser.comeBack(callback))).toBe('invalid_state');
    expect(await exchangesOf(person)).toBe(0);
    await expectNoConnection(person);
  });

  it('cannot be swapped for that of another user, signed in or not', async () => {
    const [one, other] = [await somebody(), await somebody()];
    const [ofOne, ofOther] = [await consent(one), await consent(other)];
    expect(outcomeOf(await one.browser.comeBack(ofOther))).toBe('invalid_state');
    expect(outcomeOf(await other.browser.comeBack(ofOne))).toBe('invalid_state');
    await expectNoConnection(one);
    await expectNoConnection(other);
  });

  it('and its cookie, carried off into the session of another user, connect nothing to that user', async () => {
    const [victim, thief] = [await somebody(), await somebody()];
    const callback = await consent(victim);
    for (const [name, value] of victim.browser.cookies) if (name !== 'dev_user') thief.browser.cookies.set(name, value);
    expect(outcomeOf(await thief.browser.comeBack(callback))).toBe('session_expired');
    await expectNoConnection(victim);
    await expectNoConnection(thief);
  });

  it('with the code of another flow gives nothing', async () => {
    const [one, other] = [await somebody(), await somebody()];
    const [ofOne, ofOther] = [await consent(one), await consent(other)];
    ofOne.searchParams.set('code', ofOther.searchParams.get('code') ?? '');
    expect(outcomeOf(await one.browser.comeBack(ofOne))).toBe('token_exchange_failed');
    await expectNoConnection(one);
    expect(outcomeOf(await other.browser.comeBack(ofOther))).toBe('success');
  });

  it('stands in the database as a digest only, and so does its cookie', async () => {
    const person = await somebody();
    const callback = await consent(person);
    const [row] = await world.rows(z.unknown(), 'select * from tiktok_connections.authorization_attempts where user_id = $1', [person.user]);
    const kept = JSON.stringify(row);
    expect(kept).not.toContain(callback.searchParams.get('state'));
    for (const [name, value] of person.browser.cookies) if (name !== 'dev_user') expect(kept).not.toContain(value);
  });
});

describe('two tabs of one browser', () => {
  it('each end their own flow, whichever comes back first', async () => {
    const person = await somebody();
    const another = await somebody();
    const first = await consent(person);
    const second = await consent({ ...person, account: another.account });
    expect([...person.browser.cookies.keys()].filter((name) => name.includes('oauth'))).toHaveLength(2);
    const answers = await Promise.all([person.browser.comeBack(second), person.browser.comeBack(first)]);
    expect(answers.map(outcomeOf)).toEqual(['success', 'success']);
    expect([...person.browser.cookies.keys()]).toEqual(['dev_user']);
    expect(await person.browser.connections()).toHaveLength(2);
  });

  it('that connect the same account at once make one connection', async () => {
    const person = await somebody();
    const callbacks = [await consent(person), await consent(person), await consent(person)];
    const answers = await Promise.all(callbacks.map((callback) => person.browser.comeBack(callback)));
    expect(answers.map(outcomeOf)).toEqual(['success', 'success', 'success']);
    expect(await person.browser.connections()).toMatchObject([{ status: 'active', revision: 3 }]);
  });

  it('of two users race for one account: one has it, the other is refused, and both tries change nothing at TikTok', async () => {
    const [one, other] = [await somebody(), await somebody()];
    const [ofOne, ofOther] = [await consent(one), await consent({ ...other, account: one.account })];
    const answers = await Promise.all([one.browser.comeBack(ofOne), other.browser.comeBack(ofOther)]);
    expect(answers.map(outcomeOf).sort()).toEqual(['account_linked_to_another_user', 'success']);
    expect([...(await one.browser.connections()), ...(await other.browser.connections())]).toHaveLength(1);
    expect(await world.tiktok.countCalls({ endpoint: 'revoke', account: one.account })).toBe(0);
    expect(await world.tiktok.isGranted(one.account)).toBe(true);
  });

  it('beyond ten flows the oldest is given up', async () => {
    const person = await somebody();
    const oldest = await consent(person);
    const next = await consent(person);
    for (let tab = 2; tab <= 10; tab += 1) await consent(person);
    expect(outcomeOf(await person.browser.comeBack(oldest))).toBe('invalid_state');
    expect(outcomeOf(await person.browser.comeBack(next))).toBe('success');
  });
});

describe('an account that another user has connected', () => {
  it('is refused, and nothing is revoked: its owner does not notice', async () => {
    const [owner, intruder] = [await somebody(), await somebody()];
    expect(outcomeOf(await owner.browser.comeBack(await consent(owner)))).toBe('success');
    const connected = await owner.browser.connections();
    const alive = await world.tiktok.tokens(owner.account);

    const callback = await consent({ ...intruder, account: owner.account });
    expect(outcomeOf(await intruder.browser.comeBack(callback))).toBe('account_linked_to_another_user');
    expect(await intruder.browser.connections()).toEqual([]);
    expect(await owner.browser.connections()).toEqual(connected);
    expect(await world.tiktok.countCalls({ endpoint: 'revoke', account: owner.account })).toBe(0);
    const tokens = await world.tiktok.tokens(owner.account);
    for (const { kind, token } of alive.filter((each) => each.kind !== 'code')) {
      expect(tokens.find((each) => each.token === token)?.status, kind).toBe('alive');
    }
  });

  it('can be connected once its owner has disconnected it; each sees only the life that was theirs', async () => {
    const [former, present, stranger] = [await somebody(), await somebody(), await somebody()];
    expect(outcomeOf(await former.browser.comeBack(await consent(former)))).toBe('success');
    const [first] = await former.browser.connections();
    const id = first?.id ?? '';
    expect((await former.browser.unbind()).status).toBe(200);
    await world.tiktok.changeAccount(former.account, { display_name: 'Changed since' });
    expect(outcomeOf(await present.browser.comeBack(await consent({ ...present, account: former.account })))).toBe('success');

    const read = ({ browser }: Somebody) => browser.call({ url: `/v1/connections/${id}` });
    expect((await read(present)).json()).toMatchObject({ id, user_id: present.user, status: 'active', revision: 3, tiktok: { display_name: 'Changed since' } });
    expect((await read(former)).json()).toMatchObject({ id, user_id: former.user, status: 'disconnected', revision: 2, tiktok: { display_name: `Name of ${former.account}` } });
    expect((await read(stranger)).status).toBe(404);
    expect((await former.browser.call({ url: '/v1/connections' })).json()).toMatchObject({ data: [{ id, status: 'disconnected', user_id: former.user }] });

    const remove = await former.browser.call({ method: 'DELETE', url: `/v1/connections/${id}`, headers: { origin: service.url, 'content-type': 'application/json' } });
    expect(remove.json()).toMatchObject({ status: 'disconnected', user_id: former.user, revision: 2 });
    expect((await former.browser.unbind(id)).json()).toEqual({ success: true, connection_id: id });
    expect(await former.browser.connections()).toEqual([]);
    expect((await stranger.browser.unbind(id)).status).toBe(404);
    expect((await read(present)).json()).toMatchObject({ status: 'active', revision: 3 });
    expect(await world.tiktok.isGranted(former.account)).toBe(true);
  });
});
