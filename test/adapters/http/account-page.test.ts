import { errAsync, okAsync } from 'neverthrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unavailable } from '../../../src/application/failures.ts';
import { connectErrors } from '../../../src/application/connecting/complete-authorization.ts';
import type { ConnectionView } from '../../../src/application/reading/connection-view.ts';
import { noProfile } from '../../../src/application/reading/profile.ts';
import { connectionId, userId } from '../../../src/domain/values/ids.ts';
import { instant } from '../../../src/domain/values/instant.ts';
import { connectAs, createPerson, type Person } from '../../support/http-person.ts';
import { createDevelopmentWorld, type HttpWorld } from '../../support/http-world.ts';

const path = '/dashboard/account';
const origin = 'https://connect.example';
const nobodysId = '6f0e5c1e-2b7a-5d35-9a41-0c6f0a6f7e10';

const hidden = (page: string, name: string): string => new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1] ?? '';

describe('the account page', () => {
  let world: HttpWorld;

  const someone = (name: string): Person => createPerson(world.http, { dev_user: name });
  const show = async (person: Person, query = ''): Promise<string> => (await person.call({ url: `${path}${query}` })).body;
  const submit = (person: Person, fields: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = { origin }) =>
    person.call({
      method: 'POST',
      url: `${path}/disconnect`,
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      payload: new URLSearchParams(fields).toString(),
    });

  beforeAll(async () => {
    world = await createDevelopmentWorld();
  });

  afterAll(() => world.close());

  it('is where the service itself leads to', async () => {
    const answer = await world.http.call({ url: '/' });
    expect([answer.statusCode, answer.headers.location]).toEqual([302, path]);
  });

  it('offers to connect when nothing is', async () => {
    const answer = await someone('empty').call({ url: path });
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.body).toContain('<title>Connected Accounts</title>');
    expect(answer.body).toContain('<h1>Connected Accounts</h1>');
    expect(answer.body).toContain('<a class="button primary" href="/api/tiktok/auth/authorize">Connect TikTok</a>');
    expect(answer.body).not.toContain('Disconnect');
  });

  it('lets nothing but our own modules run, and nobody frame it or send it elsewhere', async () => {
    const { headers, body } = await someone('empty').call({ url: path });
    expect(headers['content-security-policy']).toBe(
      `default-src 'none'; script-src 'self'; connect-src 'self'; media-src blob:; style-src 'self'; img-src 'self' https: ${world.simulator.url}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    );
    expect(headers).toMatchObject({
      'cross-origin-opener-policy': 'same-origin',
      'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    });
    expect(body).not.toMatch(/<script|style=|\son[a-z]+=/i);
  });

  it('shows name, picture, state and ways on of each account', async () => {
    const person = someone('several');
    await person.connect(world, 'ada');
    await person.connect(world, 'bruno');
    const page = await show(person);
    expect(page.match(/>Connected</g)).toHaveLength(2);
    expect(page.match(/<button class="button" type="submit">Disconnect /g)).toHaveLength(2);
    expect(page).toContain('<bdi class="name">Ada Builds</bdi>');
    expect(page).toContain(`<img src="${world.simulator.url}/images/avatars/ada/`);
    expect(page).toContain('href="/api/tiktok/auth/authorize?add_account=1">Add account</a>');
  });

  it('treats a name of TikTok as the text of a stranger', async () => {
    const person = someone('stranger');
    await person.connect(world, 'chidi');
    const page = await show(person);
    expect(page).toContain('<bdi class="name">Chidi &lt;Runs&gt; &amp; Rests</bdi>');
    expect(page).not.toContain('<Runs>');
  });

  it('does not let a name or a picture out of its place', async () => {
    await world.control('/faults', {
      endpoint: 'user_info',
      action: {
        type: 'transform',
        set: {
          'data.user.display_name': `"><script>alert(1)</script><img src=x onerror='alert(1)'>`,
          'data.user.avatar_url': 'javascript:alert(1)',
          'data.user.avatar_url_100': '',
        },
      },
    });
    const person = someone('hostile');
    await person.connect(world, 'emi');
    const page = await show(person);
    expect(page).toContain('&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).not.toMatch(/<script|<img src=x|javascript:/);
    expect(page).toContain('aria-hidden="true">S</span>');
  });

  it.each(connectErrors)('says in plain words what %s means', async (code) => {
    const page = await show(someone('empty'), `?tiktok_error=${code}`);
    expect(page).toMatch(/<div class="notice bad" role="alert">\s*<p><strong>[A-Z][^<]+\.<\/strong> [A-Z][^<]+\.<\/p>/);
    expect(page).not.toContain(code);
  });

  it('does not repeat what the address says', async () => {
    const page = await show(
      someone('empty'),
      `?tiktok_error=${encodeURIComponent('<script>alert(1)</script>')}&tiktok_error=2&utm_source=mail`,
    );
    expect(page).toContain('Something went wrong on our side.');
    expect(page).not.toContain('alert(1)');
  });

  it('says that it worked', async () => {
    expect(await show(someone('empty'), '?tiktok_success=true')).toContain('Your TikTok account is connected.');
    expect(await show(someone('empty'))).not.toContain('notice');
  });

  it('disconnects by its form and comes back', async () => {
    const person = someone('leaving');
    const id = await connectAs(world, 'leaving', 'dilnoza');
    const page = await show(person);
    const fields = { connection_id: hidden(page, 'connection_id'), form_token: hidden(page, 'form_token') };
    expect(fields.connection_id).toBe(id);
    const answer = await submit(person, fields);
    expect([answer.statusCode, answer.headers.location]).toEqual([303, `${path}?disconnected=1`]);
    const after = await show(person, '?disconnected=1');
    expect(after).toContain('The TikTok account is disconnected.');
    expect(after).toContain('Connect TikTok');
  });

  it('takes the form from its own page alone', async () => {
    const person = someone('guarded');
    const id = await connectAs(world, 'guarded', 'dilnoza');
    const page = await show(person);
    const fields = { connection_id: id, form_token: hidden(page, 'form_token') };
    const other = someone('attacker');
    const stolen = hidden(await show(other), 'form_token');
    const refusals = [
      await submit(person, fields, {}),
      await submit(person, fields, { origin: 'https://evil.example' }),
      await submit(person, fields, { origin: 'https://app.example' }),
      await submit(person, fields, { origin: 'null' }),
      await submit(person, { ...fields, form_token: '' }),
      await submit(person, { ...fields, form_token: stolen }),
      await submit(createPerson(world.http, { dev_user: 'guarded' }), fields),
    ];
    expect(refusals.map(({ statusCode }) => statusCode)).toEqual(refusals.map(() => 403));
    expect(refusals[0]?.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(await show(person)).toContain('>Connected<');
  });

  it('answers a wrong form with a page', async () => {
    const person = someone('several');
    const form_token = hidden(await show(person), 'form_token');
    expect((await submit(person, { connection_id: nobodysId, form_token })).statusCode).toBe(404);
    expect((await submit(person, { connection_id: 'x', form_token })).statusCode).toBe(400);
    const send = async (type: string, payload: string): Promise<number> =>
      (await person.call({ method: 'POST', url: `${path}/disconnect`, headers: { origin, 'content-type': type }, payload })).statusCode;
    expect(
      await send('application/x-www-form-urlencoded', `form_token=${form_token}&connection_id=${nobodysId}&connection_id=${nobodysId}`),
    ).toBe(400);
    expect(await send('application/json', '{}')).toBe(400);
    expect(await send('text/plain', 'x')).toBe(415);
    expect(await send('application/x-www-form-urlencoded', 'x'.repeat(70_000))).toBe(413);
  });

  it('tells whoever is not signed in', async () => {
    const strict = await world.another({ settings: { ...world.parts.settings, developmentPrincipals: false } });
    const answer = await strict.call({ url: path });
    expect(answer.statusCode).toBe(401);
    expect(answer.body).toContain('You are not signed in');
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
    expect(answer.body).not.toContain('notice');
  });

  it.each([
    ['tiktok_success=true', 'good', 'Your TikTok account is connected.'],
    ['tiktok_error=session_expired', 'bad', 'You are no longer signed in, or the link was used before.'],
    ['tiktok_error=access_denied', 'bad', 'TikTok did not get your permission, so nothing was connected.'],
    ['tiktok_error=a&tiktok_error=b', 'bad', 'Something went wrong on our side.'],
  ])('tells whoever comes back from a connect link without being signed in: %s', async (query, tone, what) => {
    const strict = await world.another({ settings: { ...world.parts.settings, developmentPrincipals: false } });
    const answer = await strict.call({ url: `${path}?${query}` });
    expect(answer.statusCode).toBe(401);
    expect(answer.body).toContain('You are not signed in');
    expect(answer.body).toContain(`<div class="notice ${tone}"`);
    expect(answer.body).toContain(`<strong>${what}</strong>`);
  });

  it('tells that the database does not answer, and when to come back', async () => {
    const list = () => errAsync(unavailable('database', 'no answer'));
    const cut = await world.another({ connections: { ...world.parts.connections, list } });
    const answer = await cut.call({ url: path });
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '2']);
    expect(answer.body).toContain('The database does not answer now.');
  });

  it('shows an account that needs consent again, with a way to give it', async () => {
    const lapsed: ConnectionView = {
      id: connectionId(nobodysId),
      userId: userId('lapsed'),
      status: 'reauthorization_required',
      profile: { ...noProfile, display_name: 'Ada' },
      scopes: [],
      accessTokenExpiresAt: null,
      refreshTokenExpiresAt: null,
      reauthorizationReason: 'refresh_rejected',
      connectedAt: instant(0),
      updatedAt: instant(0),
      revision: 2,
    };
    const list = () => okAsync({ connections: [lapsed], nextCursor: null });
    const http = await world.another({ connections: { ...world.parts.connections, list } });
    const { body } = await http.call({ url: path });
    expect(body).toContain('Needs your consent again');
    expect(body).toContain('href="/api/tiktok/auth/authorize">Reconnect <bdi class="hidden">Ada</bdi>');
    expect(body).not.toContain('>Connected<');
  });
});
