import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { HttpDeps, HttpSettings } from '../../../../src/adapters/http/http-deps.ts';
import { createRequestLimiter } from '../../../../src/application/limiting/limit-requests.ts';
import { createSharedUses } from '../../../../src/adapters/postgres/postgres-shared-uses.ts';
import { createPool } from '../../../../src/adapters/postgres/pool.ts';
import { createApiKeys } from '../../../../src/adapters/postgres/postgres-api-keys.ts';
import { systemClock } from '../../../../src/adapters/system/system-clock.ts';
import { createApiKey } from '../../../../src/application/keys/api-keys.ts';
import { createVirtualClock, type VirtualClock } from '../../../application/tokens/virtual-clock.ts';
import { countOnTheWire } from '../../../../bench/harness/wire-counter.ts';
import { problemIn, type TestHttp } from '../../../support/http-app.ts';
import { createHttpWorld, type HttpWorld } from '../../../support/http-world.ts';

const list = '/v1/connections';
let world: HttpWorld;
let authorization: string;

beforeAll(async () => {
  world = await createHttpWorld();
  const apiKeys = createApiKeys(world.database.pool, systemClock);
  const made = await createApiKey({ apiKeys, ids: world.parts.ids, securityLog: world.parts.completing.securityLog }, 'limits', ['connections:read'], 'test');
  authorization = `Bearer ${made._unsafeUnwrap().presented.reveal()}`;
});
afterAll(() => world.close());

const limited = async (requests: number, changed: Partial<HttpSettings> = {}, clock: VirtualClock = createVirtualClock()): Promise<TestHttp> => {
  const limit = { requests, windowMillis: 60_000 };
  const sharedUses = createSharedUses(world.database.pool);
  return world.another({ clock, settings: { ...world.parts.settings, ...changed }, rateLimits: { limit, limiter: createRequestLimiter(limit, { sharedUses, clock }) } });
};
const forgetAll = () => world.database.pool.query('truncate tiktok_connections.rate_limit_uses');
const statusOf = async (http: TestHttp, headers: Readonly<Record<string, string>>, url = list): Promise<number> => (await http.call({ url, headers })).statusCode;

test('every answer says what is left, and the one too many is a problem that says how long to wait', async () => {
  await forgetAll();
  const clock = createVirtualClock();
  const http = await limited(2, {}, clock);
  const first = await http.call({ url: list, headers: { authorization } });
  expect(first.statusCode).toBe(200);
  expect(first.headers['ratelimit-policy']).toBe('"default";q=2;w=60');
  expect(first.headers['ratelimit']).toBe('"default";r=1;t=60');
  clock.pass(20_500);
  // A refusal counts as well: asking for what is not allowed is asking.
  const refused = await http.call({ method: 'POST', url: '/v1/connect-sessions', headers: { authorization }, payload: { user_id: 'ada' } });
  expect([refused.statusCode, refused.headers['ratelimit']]).toEqual([403, expect.stringMatching(/^"default";r=0;t=\d+$/)]);
  const third = await http.call({ url: list, headers: { authorization } });
  expect(third.statusCode).toBe(429);
  expect(problemIn(third)).toMatchObject({ code: 'rate_limited', status: 429 });
  expect(third.headers['ratelimit']).toMatch(/^"default";r=0;t=\d+$/);
  expect(third.headers['retry-after']).toBe(/t=(\d+)$/.exec(String(third.headers['ratelimit']))?.[1]);
  expect(http.log()).toContain('"principal":"service:');
});

test('after the window a caller may ask again', async () => {
  await forgetAll();
  const clock = createVirtualClock();
  const http = await limited(1, {}, clock);
  expect(await statusOf(http, { authorization })).toBe(200);
  expect(await statusOf(http, { authorization })).toBe(429);
  clock.pass(60_000);
  // The database's window ends by its own clock; what was on its way there may be stored behind the forgetting.
  await expect.poll(async () => {
    await forgetAll();
    return statusOf(http, { authorization });
  }).toBe(200);
});

test('end users, the user and the service of development and keys are counted each by itself, and only on /v1', async () => {
  await forgetAll();
  const http = await limited(1, { developmentPrincipals: true });
  const callers = [{ 'x-dev-user': 'ada' }, { 'x-dev-user': 'bob' }, {}, { authorization: 'Bearer dev' }, { authorization }];
  const statuses: number[] = [];
  for (const headers of [...callers, ...callers]) statuses.push(await statusOf(http, headers));
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429, 429, 429, 429]);
  const besides = await http.call({ url: '/api/tiktok/user/info', headers: { 'x-dev-user': 'ada' } });
  expect([besides.statusCode, besides.headers['ratelimit']]).toEqual([200, undefined]);
});

test('who proves nobody is counted by address, and then not even heard; who proved somebody there still is', async () => {
  await forgetAll();
  const asked: string[] = [];
  const apiKeys: HttpDeps['apiKeys'] = {
    verify: (presented) => {
      asked.push(presented.reveal());
      return world.parts.apiKeys.verify(presented);
    },
  };
  const limit = { requests: 3, windowMillis: 60_000 };
  const plenty = { requests: 1_000, windowMillis: 60_000 };
  const clock = createVirtualClock();
  const http = await world.another({ apiKeys, clock, rateLimits: { limit, limiter: createRequestLimiter(plenty, { sharedUses: createSharedUses(world.database.pool), clock }) } });
  const guess = (number: number) => http.call({ url: list, headers: { authorization: `Bearer tck_${'0'.repeat(16)}_guess${number}` } });
  expect((await guess(1)).statusCode).toBe(401);
  expect(await statusOf(http, { authorization })).toBe(200);
  expect((await guess(2)).headers['ratelimit']).toBe('"default";r=1;t=60');
  expect((await guess(3)).statusCode).toBe(401);
  const before = asked.length;
  const fourth = await guess(4);
  expect([fourth.statusCode, problemIn(fourth).code, fourth.headers['retry-after']]).toEqual([429, 'rate_limited', '60']);
  expect(asked).toHaveLength(before);
  expect(await statusOf(http, { authorization })).toBe(200);
  clock.pass(60_000);
  expect((await guess(5)).statusCode).toBe(401);
});

test('the address is the client’s where the proxy in between is trusted, and nobody else is believed', async () => {
  const trusting = await limited(1, { trustProxy: ['127.0.0.1'] });
  const from = (address: string) => ({ 'x-forwarded-for': address });
  expect(await statusOf(trusting, from('192.0.2.1'))).toBe(401);
  expect(await statusOf(trusting, from('192.0.2.1'))).toBe(429);
  expect(await statusOf(trusting, from('198.51.100.9'))).toBe(401);
  const wary = await limited(1);
  expect(await statusOf(wary, from('192.0.2.1'))).toBe(401);
  expect(await statusOf(wary, from('198.51.100.9'))).toBe(429);
});

test('two replicas share a limit over the database, at a statement for every twentieth part of it', async () => {
  await forgetAll();
  await using wire = await countOnTheWire(world.database.url);
  const pools = [createPool({ url: wire.url, max: 2 }), createPool({ url: wire.url, max: 2 })];
  const limit = { requests: 200, windowMillis: 60_000 };
  const replicas = await Promise.all(
    pools.map((pool) => world.another({ rateLimits: { limit, limiter: createRequestLimiter(limit, { sharedUses: createSharedUses(pool), clock: systemClock }) } })),
  );
  const admittedBy = async (http: TestHttp): Promise<number> => {
    const statuses: number[] = [];
    for (let asked = 0; asked < 200; asked += 1) statuses.push((await http.app.inject({ url: list, headers: { authorization } })).statusCode);
    return statuses.filter((status) => status === 200).length;
  };
  const admitted = await Promise.all(replicas.map(admittedBy));
  const total = admitted.reduce((sum, each) => sum + each, 0);
  expect(total).toBeGreaterThanOrEqual(200);
  expect(total).toBeLessThanOrEqual(210);
  expect(wire.counts().byName['rate_limits.add']).toBeLessThanOrEqual(45);
  await Promise.all(pools.map((pool) => pool.end()));
});

test('without the database callers are limited by each replica', async () => {
  const away = createPool({ url: 'postgres://nobody@127.0.0.1:1/none' });
  const limit = { requests: 50, windowMillis: 60_000 };
  const clock = createVirtualClock();
  const http = await world.another({ clock, rateLimits: { limit, limiter: createRequestLimiter(limit, { sharedUses: createSharedUses(away), clock }) } });
  const statuses: number[] = [];
  for (let asked = 0; asked < 60; asked += 1) statuses.push((await http.app.inject({ url: list, headers: { authorization } })).statusCode);
  expect([statuses.filter((status) => status === 200).length, statuses.at(-1)]).toEqual([50, 429]);
  await away.end();
});

test('without a limit nothing is counted or shown', async () => {
  const http = await world.another({ rateLimits: null });
  const answer = await http.call({ url: list, headers: { authorization } });
  expect([answer.statusCode, answer.headers['ratelimit'], answer.headers['ratelimit-policy']]).toEqual([200, undefined, undefined]);
});

test('every route of /v1 documents the headers and the refusal', () => {
  const header = z.object({ headers: z.looseObject({ RateLimit: z.object({ required: z.literal(false) }), 'RateLimit-Policy': z.object({}) }) });
  const { paths } = z.looseObject({ paths: z.record(z.string(), z.record(z.string(), z.object({ responses: z.record(z.string(), z.unknown()) }))) }).parse(world.http.document);
  const operations = Object.entries(paths).filter(([path]) => path.startsWith('/v1/')).flatMap(([, methods]) => Object.values(methods));
  expect(operations.length).toBeGreaterThan(20);
  for (const { responses } of operations) {
    expect(Object.keys(responses)).toContain('429');
    for (const response of Object.values(responses)) expect(header.safeParse(response).error).toBeUndefined();
  }
});
