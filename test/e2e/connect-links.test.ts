import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { killLeftovers } from '../support/service-process.ts';
import { outcomeOf, wirePerson, type WirePerson } from '../support/wire-person.ts';
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

const backend = { authorization: 'Bearer dev' };
const link = z.object({ token: z.string().regex(/^[\w-]{43}$/), connect_url: z.url(), expires_at: z.iso.datetime() });

const linkFor = async (user: string): Promise<string> => {
  const answer = await service.wire.call({ method: 'POST', url: '/v1/connect-sessions', headers: backend, body: { user_id: user } });
  expect(answer).toMatchObject({ status: 201, headers: { 'cache-control': 'no-store' } });
  const made = link.parse(answer.json());
  expect(made.connect_url).toBe(`${service.url}/api/tiktok/auth/authorize?session=${made.token}`);
  return new URL(made.connect_url).search;
};

const somebody = async (): Promise<string> => {
  const name = `linked-${(people += 1)}`;
  await world.tiktok.addAccount(name);
  return name;
};

/** Nobody that the application knows. */
const stranger = (): WirePerson => wirePerson(service.wire, world.tiktok, {});

it('connects an account to the user it names, in a browser where nobody is signed in', async () => {
  const user = await somebody();
  expect(outcomeOf(await stranger().connect({ account: user }, await linkFor(user)))).toBe('success');
  expect(await service.person(user).connections()).toMatchObject([{ user_id: user, status: 'active' }]);
  const history = await world.history(z.object({ metadata: z.string() }), "select metadata from tiktok_connections.events where data like '%' || $1 || '%'", [user]);
  expect(history.map(({ metadata }) => metadata)).toEqual([expect.stringContaining(`"actor":{"id":"${user}","kind":"user"}`)]);
});

it('connects to the user it names even where another one is signed in', async () => {
  const user = await somebody();
  const another = service.person('another-who-is-signed-in');
  expect(outcomeOf(await another.connect({ account: user }, await linkFor(user)))).toBe('success');
  expect(await another.connections()).toEqual([]);
  expect(await service.person(user).connections()).toHaveLength(1);
});

it('serves once, of a hundred who follow it at once', async () => {
  const query = await linkFor(await somebody());
  const answers = await Promise.all(Array.from({ length: 100 }, () => stranger().call({ url: `/api/tiktok/auth/authorize${query}` })));
  expect(answers.filter(({ status }) => status === 302)).toHaveLength(1);
  const late = answers.filter(({ status }) => status === 303);
  expect(late).toHaveLength(99);
  for (const answer of late) {
    expect(outcomeOf(answer)).toBe('session_expired');
    expect(answer.setCookies).toEqual([]);
  }
  expect(outcomeOf(await stranger().call({ url: `/api/tiktok/auth/authorize${query}` }))).toBe('session_expired');
});

it('serves nobody after fifteen minutes', async () => {
  const user = await somebody();
  const query = await linkFor(user);
  const left = 'select extract(epoch from expires_at - now())::float8 as seconds from tiktok_connections.connect_sessions where user_id = $1';
  const [lifetime] = await world.rows(z.object({ seconds: z.number() }), left, [user]);
  expect(lifetime?.seconds).toBeGreaterThan(840);
  expect(lifetime?.seconds).toBeLessThanOrEqual(901);
  await world.rows(z.unknown(), 'update tiktok_connections.connect_sessions set expires_at = now() where user_id = $1', [user]);
  expect(outcomeOf(await stranger().call({ url: `/api/tiktok/auth/authorize${query}` }))).toBe('session_expired');
});

it('begins a flow that only the browser which followed it can end', async () => {
  const user = await somebody();
  const follower = stranger();
  const callback = await world.tiktok.decide(await follower.begin(await linkFor(user)), { account: user });
  expect(outcomeOf(await stranger().comeBack(callback))).toBe('invalid_state');
  expect(outcomeOf(await follower.comeBack(callback))).toBe('invalid_state');
  expect(await service.person(user).connections()).toEqual([]);
  expect(await world.tiktok.countCalls({ endpoint: 'token.code', account: user })).toBe(0);
});

it('is unknown when altered, and its token stands in the database as a digest only', async () => {
  const user = await somebody();
  const query = await linkFor(user);
  const token = new URLSearchParams(query).get('session') ?? '';
  const flipped = `${token.slice(0, -2)}${token.at(-2) === 'A' ? 'B' : 'A'}${token.at(-1) ?? ''}`;
  expect(outcomeOf(await stranger().call({ url: `/api/tiktok/auth/authorize?session=${flipped}` }))).toBe('session_expired');
  const [row] = await world.rows(z.unknown(), 'select * from tiktok_connections.connect_sessions where user_id = $1', [user]);
  expect(JSON.stringify(row)).not.toContain(token);
  expect(outcomeOf(await stranger().connect({ account: user }, query))).toBe('success');
});

it('is made for backends only', async () => {
  const asked = { method: 'POST', url: '/v1/connect-sessions', body: { user_id: 'somebody' } } as const;
  expect((await service.person('somebody').call({ ...asked, headers: { origin: service.url } })).status).toBe(403);
  expect((await service.wire.call({ ...asked, headers: { authorization: 'Bearer tck_0123456789abcdef_made-up' } })).status).toBe(401);
  expect((await service.wire.call({ ...asked, headers: { ...backend, 'idempotency-key': 'again' } })).status).toBe(400);
});
