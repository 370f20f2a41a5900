import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { killLeftovers } from '../support/service-process.ts';
import type { FaultRule } from '../support/simulator-control.ts';
import { outcomeOf, type WirePerson } from '../support/wire-person.ts';
import { createWireWorld, type Replica, type WireWorld } from '../support/wire-world.ts';
import { endlessAnswers, oddProfiles, oddTokens, spoiltAnswers } from './hostile-answers.ts';

let world: WireWorld;
let service: Replica;
let people = 0;

beforeAll(async () => {
  world = await createWireWorld({ LOG_LEVEL: 'trace' });
  service = await world.start();
});
afterAll(async () => {
  await killLeftovers();
  await world.close();
});

type Somebody = Readonly<{ account: string; browser: WirePerson }>;
type Endpoint = 'token.code' | 'user_info';

const somebody = async (): Promise<Somebody> => {
  const account = `person-${(people += 1)}`;
  await world.tiktok.addAccount(account);
  return { account, browser: service.person(account) };
};

const errorOf = { 'token.code': 'token_exchange_failed', user_info: 'user_info_failed' } as const;

const outcomeWith = async (person: Somebody, endpoint: Endpoint, action: FaultRule['action']): Promise<string> => {
  await world.tiktok.addFaults({ endpoint, account: person.account, action });
  return outcomeOf(await person.browser.connect({ account: person.account }));
};

/** Everything that is written of a connection, in any table. */
const kept = z.object({ events: z.number(), rows: z.number(), keys: z.number() });
const keptOf = (user: string): Promise<readonly unknown[]> =>
  world.history(
    kept,
    `with mine as (select distinct substr(stream, 19)::uuid as id from tiktok_connections.events where data like '%"' || $1 || '"%')
     select (select count(*)::int from mine) as events,
       (select count(*)::int from user_tiktok_connections where user_id = $1) as rows,
       (select count(*)::int from tiktok_connections.data_keys where connection_id in (select id from mine)) as keys`,
    [user],
  );

const allKeys = 'select count(*)::int as keys from tiktok_connections.data_keys';
const allEvents = 'select count(*)::int as events from tiktok_connections.events';
const total = async (): Promise<unknown> => [
  ...(await world.rows(z.object({ keys: z.number() }), allKeys)),
  ...(await world.history(z.object({ events: z.number() }), allEvents)),
];

/** The refusal left nothing, and the same person connects at once when TikTok is itself again. */
const expectNothingKept = async (person: Somebody, before: unknown): Promise<void> => {
  expect(await total()).toEqual(before);
  expect(await keptOf(person.account)).toEqual([{ events: 0, rows: 0, keys: 0 }]);
  expect(await person.browser.connections()).toEqual([]);
  expect(await world.tiktok.countCalls({ endpoint: 'revoke', account: person.account })).toBe(0);
  expect(outcomeOf(await person.browser.connect({ account: person.account }))).toBe('success');
  expect(await keptOf(person.account)).toEqual([{ events: 1, rows: 1, keys: 2 }]);
};

const expectRefused = async (endpoint: Endpoint, action: FaultRule['action'], error: string): Promise<void> => {
  const person = await somebody();
  const before = await total();
  expect(await outcomeWith(person, endpoint, action)).toBe(error);
  await expectNothingKept(person, before);
};

describe.each(['token.code', 'user_info'] as const)('TikTok answers %s', (endpoint) => {
  it.each(spoiltAnswers)('with %s', async (_, action) => {
    await expectRefused(endpoint, action, errorOf[endpoint]);
  });
});

describe('TikTok answers the exchange', () => {
  it.each(oddTokens)('with %s', async (_, action, error) => {
    await expectRefused('token.code', action, error);
  });

  it('with fewer scopes than were asked for, which is what the person chose', async () => {
    const { account, browser } = await somebody();
    expect(outcomeOf(await browser.connect({ account, scopes: ['user.info.basic'] }))).toBe('success');
    expect(await browser.connections()).toMatchObject([{ scopes: ['user.info.basic'] }]);
  });

  it('without saying how long the refresh token lives, which is then unknown', async () => {
    const person = await somebody();
    expect(await outcomeWith(person, 'token.code', { type: 'transform', delete: ['refresh_expires_in'] })).toBe('success');
    expect(await person.browser.connections()).toMatchObject([{ refresh_token_expires_at: null }]);
  });
});

describe('TikTok answers who the person is', () => {
  it.each(oddProfiles)('with %s', async (_, action) => {
    await expectRefused('user_info', action, 'user_info_failed');
  });
});

describe('TikTok never ends its answer', () => {
  it('with silence or a drip: the callback answers within its time', async () => {
    const cases = (['token.code', 'user_info'] as const).flatMap((endpoint) => endlessAnswers.map(([name, action]) => ({ endpoint, name, action })));
    const before = await total();
    const refused = await Promise.all(
      cases.map(async ({ endpoint, name, action }) => {
        const person = await somebody();
        await world.tiktok.addFaults({ endpoint, account: person.account, action });
        const answer = await person.browser.connect({ account: person.account });
        expect(outcomeOf(answer), name).toBe(errorOf[endpoint]);
        expect(answer.millis, name).toBeLessThan(15_000);
        return person;
      }),
    );
    expect(await total()).toEqual(before);
    for (const person of refused) await expectNothingKept(person, await total());
  });
});

it('after all of this the service is ready, and its log names no token', async () => {
  expect((await service.wire.call({ url: '/readyz' })).json()).toMatchObject({ status: 'ok' });
  for (const { token } of await world.tiktok.tokens()) {
    expect(service.output()).not.toContain(token);
    expect(service.errors()).not.toContain(token);
  }
});
