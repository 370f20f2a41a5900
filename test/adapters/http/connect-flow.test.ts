import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createPerson, leadsTo, type Person } from '../../support/http-person.ts';
import { createHttpWorld, type HttpWorld } from '../../support/http-world.ts';

const callback = '/api/tiktok/auth/callback';

describe('connecting an account', () => {
  let world: HttpWorld;
  let people = 0;

  const someone = (): Person => createPerson(world.http, { dev_user: `person-${(people += 1)}` });

  beforeAll(async () => {
    world = await createHttpWorld({ developmentPrincipals: true });
  });

  afterAll(() => world.close());

  it('sends the browser to TikTok with a cookie of this flow', async () => {
    const answer = await someone().call({ url: '/api/tiktok/auth/authorize?scopes=video.list' });
    expect(answer.statusCode).toBe(302);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers['referrer-policy']).toBe('no-referrer');
    const address = leadsTo(answer);
    expect(`${address.origin}${address.pathname}`).toBe(world.simulator.authorizeUrl);
    expect(address.searchParams.get('scope')).toBe('user.info.basic,video.list');
    expect(answer.cookies).toHaveLength(1);
    expect(answer.cookies[0]).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Lax', path: '/', maxAge: 600 });
    expect(answer.cookies[0]?.name).toMatch(/^__Host-tiktok_oauth_\d{1,6}$/);
  });

  it('connects, forgets the cookie of the flow and shows the account', async () => {
    const person = someone();
    const answer = await person.connect(world);
    expect(answer.statusCode).toBe(303);
    expect(answer.headers.location).toBe('https://connect.example/dashboard/account?tiktok_success=true');
    expect(answer.headers['referrer-policy']).toBe('no-referrer');
    expect(answer.headers['cache-control']).toBe('no-store');
    expect([...person.cookies.keys()]).toEqual(['dev_user']);
    const info = await person.call({ url: '/api/tiktok/user/info' });
    expect(info.json()).toMatchObject({
      connected: true,
      connection: { status: 'active', tiktok: { display_name: 'Ada Builds' }, scopes: ['user.info.basic', 'video.publish'], revision: 1 },
    });
  });

  it('refuses a code that comes twice with the same state', async () => {
    const person = someone();
    const { search } = await world.consent((await person.begin()).href, { account: 'bruno' });
    const answers = await Promise.all([person.call({ url: `${callback}${search}` }), person.call({ url: `${callback}${search}` })]);
    const outcomes = answers.map((answer) => leadsTo(answer).search).sort();
    expect(outcomes).toEqual(['?tiktok_error=invalid_state', '?tiktok_success=true']);
  });

  it('connects once for a hundred callbacks of one state, and exchanges the code once', async () => {
    const person = someone();
    const { search } = await world.consent((await person.begin('?add_account=1')).href, { account: 'dilnoza' });
    const exchanges = async (): Promise<number> => {
      const answer = await fetch(`${world.simulator.controlUrl}/calls?endpoint=token.code`);
      return z.object({ count: z.number() }).parse(await answer.json()).count;
    };
    const before = await exchanges();
    const cookies = Object.fromEntries(person.cookies);
    const answers = await Promise.all(Array.from({ length: 100 }, () => world.http.call({ url: `${callback}${search}`, cookies })));
    const outcomes = answers.map((answer) => leadsTo(answer).search);
    expect(outcomes.filter((outcome) => outcome === '?tiktok_success=true')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === '?tiktok_error=invalid_state')).toHaveLength(99);
    expect(await exchanges()).toBe(before + 1);
  });
});
