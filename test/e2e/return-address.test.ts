import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { killLeftovers } from '../support/service-process.ts';
import { createWireWorld, type Replica, type WireWorld } from '../support/wire-world.ts';

const allowed = 'https://app.example/settings';

let world: WireWorld;
let service: Replica;

beforeAll(async () => {
  world = await createWireWorld({ RETURN_URL_ALLOWLIST: `${allowed},http://localhost:8080/after` });
  service = await world.start();
});
afterAll(async () => {
  await killLeftovers();
  await world.close();
});

const problem = z.object({ code: z.literal('invalid_request'), errors: z.array(z.object({ path: z.string() })) });

const tricks = [
  '',
  ' ',
  '/settings',
  'settings',
  '//app.example/settings',
  '\\\\app.example\\settings',
  'http://app.example/settings',
  'https://app.example',
  'https://app.example/',
  'https://app.example/settings/',
  'https://app.example/Settings',
  'https://app.example/settings/../admin',
  'https://app.example/settings%2f..%2fadmin',
  'https://app.example/%73ettings',
  'https://app.example/settings;x=1',
  'https://app.example:8443/settings',
  'https://app.example./settings',
  'https://app.example.attacker.example/settings',
  'https://app.example%2eattacker.example/settings',
  'https://app.example\n.attacker.example/settings',
  'https://attacker.example/https://app.example/settings',
  'https://attacker.example?https://app.example/settings',
  'https://attacker.example#https://app.example/settings',
  'https://app.example@attacker.example/settings',
  'https://app.example:443@attacker.example/settings',
  'https://user@app.example/settings',
  'https://user:password@app.example/settings',
  'https://app.example#@attacker.example/settings',
  'https://аpp.example/settings',
  'https://xn--pp-6kc.example/settings',
  'javascript:alert(1)//https://app.example/settings',
  'data:text/html,<script>alert(1)</script>',
  'blob:https://app.example/settings',
  'ftp://app.example/settings',
  'file:///settings',
  'http://localhost/after',
  'http://127.0.0.1:8080/after',
  'http://[::1]:8080/after',
  `https://app.example/settings/${'x'.repeat(3_000)}`,
];

describe('a return address that is not allowed', () => {
  it.each(tricks)('%j is refused, and nobody is sent there', async (address) => {
    const answer = await service.person('tricked').call({ url: `/api/tiktok/auth/authorize?return_to=${encodeURIComponent(address)}` });
    expect(answer.status).toBe(400);
    expect(problem.parse(answer.json()).errors.map(({ path }) => path)).toEqual(['return_to']);
    expect(answer.headers['location']).toBeUndefined();
    expect(answer.setCookies).toEqual([]);
    const link = await service.wire.call({ method: 'POST', url: '/v1/connect-sessions', headers: { authorization: 'Bearer dev' }, body: { user_id: 'tricked', return_to: address } });
    expect(link.status).toBe(400);
  });

  it('is refused also beside an allowed one', async () => {
    const both = [allowed, 'https://attacker.example/'].map((address) => `return_to=${encodeURIComponent(address)}`).join('&');
    expect((await service.person('tricked').call({ url: `/api/tiktok/auth/authorize?${both}` })).status).toBe(400);
  });

  it('leaves nothing behind', async () => {
    const left = 'select user_id from tiktok_connections.authorization_attempts union all select user_id from tiktok_connections.connect_sessions';
    expect(await world.rows(z.unknown(), left)).toEqual([]);
  });
});

describe('a return address that is allowed', () => {
  const comesBackTo = async (address: string): Promise<string> => {
    const person = service.person('returning');
    const refused = await world.tiktok.decide(await person.begin(`?return_to=${encodeURIComponent(address)}`), { account: 'ada', cancel: true });
    return (await person.comeBack(refused)).location().href;
  };

  it.each([
    [allowed, `${allowed}?tiktok_error=access_denied`],
    ['HTTPS://APP.EXAMPLE:443/x/../settings', `${allowed}?tiktok_error=access_denied`],
    [`${allowed}?tab=tiktok&tab=2`, `${allowed}?tab=tiktok&tab=2&tiktok_error=access_denied`],
    [`${allowed}?tiktok_success=true&tiktok_error=none&a=1`, `${allowed}?a=1&tiktok_error=access_denied`],
    [`${allowed}?next=https%3A%2F%2Fattacker.example`, `${allowed}?next=https%3A%2F%2Fattacker.example&tiktok_error=access_denied`],
    [`${allowed}?a=%0d%0aSet-Cookie:%20b=c`, `${allowed}?a=%0d%0aSet-Cookie:%20b=c&tiktok_error=access_denied`],
    [`${allowed}?q=a%20b&flag&next=/x,y`, `${allowed}?q=a%20b&flag&next=/x,y&tiktok_error=access_denied`],
    [`${allowed}?tiktok%5Ferror=none&tiktok_errors=1`, `${allowed}?tiktok_errors=1&tiktok_error=access_denied`],
    [`${allowed}#part`, `${allowed}?tiktok_error=access_denied#part`],
    ['http://localhost:8080/after', 'http://localhost:8080/after?tiktok_error=access_denied'],
  ])('%s is where the person ends, with the true outcome', async (address, expected) => {
    expect(await comesBackTo(address)).toBe(expected);
  });
});
