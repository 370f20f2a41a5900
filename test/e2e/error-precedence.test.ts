import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { connectionStream } from '../../src/application/execution/streams.ts';
import { connectionId, eventId } from '../../src/domain/values/ids.ts';
import { killLeftovers } from '../support/service-process.ts';
import type { FaultRule } from '../support/simulator-control.ts';
import { openStoreProxy, type StoreProxy } from '../support/store-proxy.ts';
import { outcomeOf, type WirePerson } from '../support/wire-person.ts';
import { createWireWorld, type Replica, type WireWorld } from '../support/wire-world.ts';

let world: WireWorld;
let service: Replica;
/** Null where the history stands in the database. */
let wayToStore: StoreProxy | null = null;
let people = 0;

beforeAll(async () => {
  world = await createWireWorld();
  const storeUrl = world.environment['EVENT_STORE_URL'] ?? '';
  if (storeUrl !== '') wayToStore = await openStoreProxy(storeUrl);
  service = await world.start(wayToStore === null ? {} : { EVENT_STORE_URL: wayToStore.url });
});
afterAll(async () => {
  await killLeftovers();
  await world.close();
  await wayToStore?.close();
});

type Somebody = Readonly<{ account: string; browser: WirePerson }>;

const somebody = async (): Promise<Somebody> => {
  const account = `person-${(people += 1)}`;
  await world.tiktok.addAccount(account);
  return { account, browser: service.person(account) };
};

const consent = async ({ browser, account }: Somebody): Promise<URL> => world.tiktok.decide(await browser.begin('?add_account=1'), { account });

const spoil = ({ account }: Somebody, endpoint: FaultRule['endpoint'], action: FaultRule['action']): Promise<void> =>
  world.tiktok.addFaults({ endpoint, account, action });

const ask = (text: string, ...values: readonly unknown[]) => world.rows(z.unknown(), text, values);

/** From now on the store refuses every new event of a stream. */
const refuseEvents = async (): Promise<() => Promise<void>> => {
  if (wayToStore !== null) {
    wayToStore.refuseAppends(true);
    return wayToStore.mend;
  }
  await ask("create function refuse_events() returns trigger language plpgsql as $$ begin raise exception 'made up'; end $$");
  await ask('create trigger refuse_events before insert on tiktok_connections.events for each row execute function refuse_events()');
  return async () => void (await ask('drop function refuse_events cascade'));
};

/** Links the account to another user, who gives it up again when `andUnlinks`. */
const linkToAnother = async (account: string): Promise<WirePerson> => {
  const owner = service.person(`owner-of-${account}`);
  expect(outcomeOf(await owner.connect({ account }))).toBe('success');
  return owner;
};

/** Puts an event into the account's history that no version knows. */
const addUnreadableEvent = async (owner: WirePerson): Promise<void> => {
  const [connection] = await owner.connections();
  const stream = connectionStream(connectionId(connection?.id ?? ''));
  const last = (await world.log.read(stream, 1, 100))._unsafeUnwrap().at(-1);
  if (last === undefined) throw new Error('nothing is connected');
  const { revision, hash, schemaVersion, stored } = last;
  const unknown = { id: eventId(randomUUID()), revision: revision + 1, type: 'MadeUpLater', schemaVersion, hash, ...stored, data: '{}' };
  (await world.log.append(stream, { revision, hash }, [unknown]))._unsafeUnwrap();
};

describe('of two reasons to refuse a callback the earlier one is named', () => {
  it('missing_parameters before invalid_state', async () => {
    const { browser } = await somebody();
    expect(outcomeOf(await browser.call({ url: '/api/tiktok/auth/callback?state=made-up' }))).toBe('missing_parameters');
    expect(outcomeOf(await browser.call({ url: '/api/tiktok/auth/callback?state=made-up&code=1&code=2' }))).toBe('missing_parameters');
    expect(outcomeOf(await browser.call({ url: '/api/tiktok/auth/callback?state=made-up&code=1' }))).toBe('invalid_state');
  });

  it('invalid_state before session_expired', async () => {
    const person = await somebody();
    const callback = await consent(person);
    person.browser.cookies.set('dev_user', 'somebody-else');
    for (const name of person.browser.cookies.keys()) if (name.includes('oauth')) person.browser.cookies.delete(name);
    expect(outcomeOf(await person.browser.comeBack(callback))).toBe('invalid_state');
  });

  it('session_expired before access_denied', async () => {
    const { browser, account } = await somebody();
    const denied = await world.tiktok.decide(await browser.begin(), { account, cancel: true });
    browser.cookies.set('dev_user', 'somebody-else');
    expect(outcomeOf(await browser.comeBack(denied))).toBe('session_expired');
  });

  it('access_denied before token_exchange_failed', async () => {
    const person = await somebody();
    const callback = await consent(person);
    callback.searchParams.set('error', 'access_denied');
    callback.searchParams.set('code', 'made-up');
    expect(outcomeOf(await person.browser.comeBack(callback))).toBe('access_denied');
    expect(await world.tiktok.countCalls({ endpoint: 'token.code', account: person.account })).toBe(0);
  });

  it('token_exchange_failed before missing_scopes', async () => {
    const person = await somebody();
    await spoil(person, 'token.code', { type: 'transform', set: { expires_in: 0, scope: 'video.publish' } });
    expect(outcomeOf(await person.browser.comeBack(await consent(person)))).toBe('token_exchange_failed');
  });

  it('missing_scopes before user_info_failed', async () => {
    const person = await somebody();
    await spoil(person, 'token.code', { type: 'transform', set: { scope: 'video.publish' } });
    await spoil(person, 'user_info', { type: 'drop' });
    expect(outcomeOf(await person.browser.comeBack(await consent(person)))).toBe('missing_scopes');
    expect(await world.tiktok.countCalls({ endpoint: 'user_info', account: person.account })).toBe(0);
  });

  it('user_info_failed before account_linked_to_another_user', async () => {
    const person = await somebody();
    await linkToAnother(person.account);
    await spoil(person, 'user_info', { type: 'error', code: 'internal_error', status: 500 });
    expect(outcomeOf(await person.browser.comeBack(await consent(person)))).toBe('user_info_failed');
  });

  it('account_linked_to_another_user before database_error', async () => {
    const [linked, free] = [await somebody(), await somebody()];
    await linkToAnother(linked.account);
    const callbacks = [await consent(linked), await consent(free)] as const;
    const allowAgain = await refuseEvents();
    expect(outcomeOf(await linked.browser.comeBack(callbacks[0]))).toBe('account_linked_to_another_user');
    expect(outcomeOf(await free.browser.comeBack(callbacks[1]))).toBe('database_error');
    await allowAgain();
    expect(await free.browser.connections()).toEqual([]);
    expect(outcomeOf(await free.browser.comeBack(await consent(free)))).toBe('success');
  });

  it('unexpected_error where none of them fits: a history that this version cannot read', async () => {
    const person = await somebody();
    await addUnreadableEvent(await linkToAnother(person.account));
    expect(outcomeOf(await person.browser.comeBack(await consent(person)))).toBe('unexpected_error');
  });
});

it('whatever a callback ended in, its state is used up, nothing was revoked, and the refusal is in the security log', async () => {
  const person = await somebody();
  await spoil(person, 'token.code', { type: 'error', code: 'invalid_grant' });
  const callback = await consent(person);
  const cookies = [...person.browser.cookies];
  expect(outcomeOf(await person.browser.comeBack(callback))).toBe('token_exchange_failed');
  for (const [name, value] of cookies) person.browser.cookies.set(name, value);
  expect(outcomeOf(await person.browser.comeBack(callback))).toBe('invalid_state');
  expect(await world.tiktok.countCalls({ endpoint: 'revoke' })).toBe(0);
  const refusals = z.object({ code: z.string(), tiktok: z.string().nullable() });
  const logged = await world.rows(
    z.object({ detail: refusals, principal: z.string() }),
    "select detail, principal from tiktok_connections.security_log where kind = 'connect_refused' order by id desc limit 2",
  );
  expect(logged).toEqual([
    { detail: { code: 'invalid_state', tiktok: null }, principal: 'anonymous' },
    { detail: { code: 'token_exchange_failed', tiktok: 'invalid_grant' }, principal: `user:${person.account}` },
  ]);
});
