import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectionStream } from '../../../src/application/execution/streams.ts';
import { connectionId } from '../../../src/domain/values/ids.ts';
import { problemIn } from '../../support/http-app.ts';
import { createPerson, leadsTo, type Person } from '../../support/http-person.ts';
import { createHttpWorld, type HttpWorld } from '../../support/http-world.ts';

const authorize = '/api/tiktok/auth/authorize';
const service = { authorization: 'Bearer dev' };

describe('the authorize address', () => {
  let world: HttpWorld;

  const someone = (name = 'ada'): Person => createPerson(world.http, { dev_user: name });

  beforeAll(async () => {
    world = await createHttpWorld({ developmentPrincipals: true });
  });

  afterAll(() => world.close());

  it.each([
    ['unknown', '?whatever=1', 'whatever', 'is not known here; leave it out'],
    ['given twice', '?scopes=video.list&scopes=video.list', 'scopes', 'may be given only once'],
    ['misspelt', '?scopes=video%20list', 'scopes', 'must be TikTok scopes separated by commas, such as user.info.basic,video.publish'],
    ['empty', '?scopes=', 'scopes', 'must be TikTok scopes separated by commas, such as user.info.basic,video.publish'],
    ['anything but 1', '?add_account=yes', 'add_account', 'must be 1'],
    ['not allowed', '?return_to=https%3A%2F%2Fevil.example%2F', 'return_to', 'is not on RETURN_URL_ALLOWLIST'],
    ['relative', '?return_to=%2Fdashboard', 'return_to', 'is not an absolute URL'],
    ['a lookalike', '?return_to=https%3A%2F%2Fapp.example.evil.example%2Fsettings', 'return_to', 'is not on RETURN_URL_ALLOWLIST'],
    [
      'hiding behind user information',
      '?return_to=https%3A%2F%2Fapp.example%40evil.example%2Fsettings',
      'return_to',
      'must not carry user information',
    ],
    ['of another scheme', '?return_to=javascript%3Aalert(1)', 'return_to', 'must begin with https:// or http://'],
  ])('refuses a field that is %s', async (_, query, path, message) => {
    const answer = await someone().call({ url: `${authorize}${query}` });
    expect(answer.statusCode).toBe(400);
    expect(problemIn(answer)).toMatchObject({ code: 'invalid_request', errors: [{ path, message }] });
    expect(answer.cookies).toEqual([]);
  });

  it("shows TikTok's page again for one more account", async () => {
    expect((await someone().begin('?add_account=1')).searchParams.get('disable_auto_auth')).toBe('1');
    expect((await someone().begin()).searchParams.get('disable_auto_auth')).not.toBe('1');
  });

  it('sends a browser back that is not signed in', async () => {
    const strict = await world.another({ settings: { ...world.parts.settings, developmentPrincipals: false } });
    const visitor = createPerson(strict, {});
    const plain = await visitor.call({ url: authorize });
    expect(plain.statusCode).toBe(303);
    expect(plain.headers.location).toBe('https://connect.example/dashboard/account?tiktok_error=session_expired');
    const wanted = await visitor.call({ url: `${authorize}?return_to=https%3A%2F%2Fapp.example%2Fsettings` });
    expect(wanted.headers.location).toBe('https://app.example/settings?tiktok_error=session_expired');
    const evil = await visitor.call({ url: `${authorize}?return_to=https%3A%2F%2Fevil.example%2F` });
    expect(evil.statusCode).toBe(400);
  });

  it('is not for API keys', async () => {
    expect(problemIn(await world.http.call({ url: authorize, headers: service }))).toMatchObject({ code: 'forbidden' });
  });

  it('does nothing for HEAD', async () => {
    expect((await world.http.call({ method: 'HEAD', url: authorize })).statusCode).toBe(404);
  });

  it('keeps several flows of one browser apart', async () => {
    const person = someone('tabs');
    const first = await world.consent((await person.begin('?add_account=1')).href, { account: 'ada' });
    const second = await world.consent((await person.begin('?add_account=1')).href, { account: 'bruno' });
    expect([...person.cookies.keys()].filter((name) => name.includes('oauth'))).toHaveLength(2);
    expect(leadsTo(await person.call({ url: `${first.pathname}${first.search}` })).search).toBe('?tiktok_success=true');
    expect([...person.cookies.keys()].filter((name) => name.includes('oauth'))).toHaveLength(1);
    expect(leadsTo(await person.call({ url: `${second.pathname}${second.search}` })).search).toBe('?tiktok_success=true');
    expect((await person.call({ url: '/api/tiktok/user/info' })).json()).toMatchObject({
      connections: [{ tiktok: { display_name: 'Bruno Bakes 🥐' } }, { tiktok: { display_name: 'Ada Builds' } }],
    });
  });

  it('gives up the oldest flow of more than ten', async () => {
    const person = someone('many');
    for (let flow = 0; flow < 12; flow += 1) await person.begin();
    const flows = [...person.cookies.keys()].filter((name) => name.includes('oauth'));
    expect(flows).toHaveLength(10);
  });

  it('uses cookies that http browsers accept where PUBLIC_URL is http', async () => {
    const settings = { ...world.parts.settings, publicUrl: 'http://localhost:3000' };
    const plain = await world.another({ settings });
    const answer = await plain.call({ url: authorize });
    expect(answer.cookies[0]?.name).toMatch(/^tiktok_oauth_\d{1,6}$/);
    expect(answer.cookies[0]?.secure).toBeUndefined();
    expect(answer.headers['strict-transport-security']).toBeUndefined();
  });
});

describe('connect links', () => {
  let world: HttpWorld;

  beforeAll(async () => {
    world = await createHttpWorld({ developmentPrincipals: true });
  });

  afterAll(() => world.close());

  const make = (payload: Readonly<Record<string, unknown>>, headers: Readonly<Record<string, string>> = service) =>
    world.http.call({ method: 'POST', url: '/v1/connect-sessions', headers, payload });

  it.each([['video.upload, video.list'], [['video.list', 'video.upload']]])('takes scopes as a list or as one text: %j', async (scopes) => {
    const { token }: { token: string } = (await make({ user_id: 'customer-2', scopes })).json();
    const address = await createPerson(world.http, {}).begin(`?session=${token}`);
    expect(address.searchParams.get('scope')).toBe('user.info.basic,video.list,video.upload');
  });

  it('lets a user connect once, in a browser that is not signed in', async () => {
    const made = await make({
      user_id: 'customer-1',
      return_to: 'https://app.example/settings',
      scopes: ['video.upload'],
      add_account: true,
    });
    expect(made.statusCode).toBe(201);
    const { token, connect_url }: { token: string; connect_url: string } = made.json();
    expect(connect_url).toBe(`https://connect.example${authorize}?session=${token}`);
    expect(made.headers['cache-control']).toBe('no-store');

    const strict = await world.another({ settings: { ...world.parts.settings, developmentPrincipals: false } });
    const visitor = createPerson(strict, {});
    const address = await visitor.begin(`?session=${token}`);
    expect(address.searchParams.get('scope')).toBe('user.info.basic,video.upload');
    const { search } = await world.consent(address.href, { account: 'emi' });
    const back = await visitor.call({ url: `/api/tiktok/auth/callback${search}` });
    expect(back.headers.location).toBe('https://app.example/settings?tiktok_success=true');

    const listed = await world.http.call({ url: '/v1/connections?user_id=customer-1', headers: service });
    expect(listed.json()).toMatchObject({ data: [{ user_id: 'customer-1', status: 'active' }], next_cursor: null });

    const again = await visitor.call({ url: `${authorize}?session=${token}` });
    expect(again.statusCode).toBe(303);
    expect(again.headers.location).toBe('https://connect.example/dashboard/account?tiktok_error=session_expired');
    expect(strict.log()).not.toContain(token);
    expect(world.http.log()).not.toContain(token);
  });

  it('writes whose connect it was, although nobody was signed in', async () => {
    const listed = await world.http.call({ url: '/v1/connections?user_id=customer-1', headers: service });
    const { data }: { data: readonly { id: string }[] } = listed.json();
    const events = await world.parts.completing.eventStore.read(connectionStream(connectionId(data[0]?.id ?? '')), 1, 10);
    expect(events.unwrapOr([])).toMatchObject([{ type: 'Connected', metadata: { actor: { kind: 'user', id: 'customer-1' } } }]);
  });

  it.each(['made-up', ''])('answers an unknown link like one that is used up: %j', async (token) => {
    const answer = await world.http.call({ url: `${authorize}?session=${token}` });
    expect(answer.headers.location).toBe('https://connect.example/dashboard/account?tiktok_error=session_expired');
    const elsewhere = await world.http.call({ url: `${authorize}?session=${token}&return_to=https%3A%2F%2Fapp.example%2Fsettings` });
    expect(elsewhere.headers.location).toBe('https://app.example/settings?tiktok_error=session_expired');
  });

  it('goes by what is asked for beside the link before what it carries', async () => {
    const { token }: { token: string } = (await make({ user_id: 'customer-3', scopes: ['video.upload'] })).json();
    const visitor = createPerson(world.http, {});
    const address = await visitor.begin(`?session=${token}&scopes=video.list&add_account=1&return_to=https%3A%2F%2Fapp.example%2Fsettings`);
    expect(address.searchParams.get('scope')).toBe('user.info.basic,video.list');
    expect(address.searchParams.get('disable_auto_auth')).toBe('1');
    const { search } = await world.consent(address.href, { account: 'emi', cancel: true });
    const back = await visitor.call({ url: `/api/tiktok/auth/callback${search}` });
    expect(back.headers.location).toBe('https://app.example/settings?tiktok_error=access_denied');
  });

  it('is not used up by a return address that is not allowed', async () => {
    const { token }: { token: string } = (await make({ user_id: 'customer-4' })).json();
    const refused = await world.http.call({ url: `${authorize}?session=${token}&return_to=https%3A%2F%2Fevil.example%2F` });
    expect(problemIn(refused)).toMatchObject({ code: 'invalid_request', errors: [{ path: 'return_to' }] });
    expect((await world.http.call({ url: `${authorize}?session=${token}` })).statusCode).toBe(302);
  });

  it.each([
    ['no user', {}, 'user_id', 'is required'],
    ['an empty user', { user_id: '' }, 'user_id', 'must be at least 1 character'],
    ['a user the database cannot keep', { user_id: 'a\u0000b' }, 'user_id', 'must be plain text without control characters'],
    ['an unknown field', { user_id: 'a', extra: 1 }, 'extra', 'is not known here; leave it out'],
    ['an unknown field named like a property', { user_id: 'a', toString: 1 }, 'toString', 'is not known here; leave it out'],
    ['scopes that are no list', { user_id: 'a', scopes: 5 }, 'scopes', 'must be of type array'],
    ['no scope in the text', { user_id: 'a', scopes: ' , ' }, 'scopes', 'must be at least 1 entry'],
    ['a misspelt scope in the text', { user_id: 'a', scopes: 'video.list,x y' }, 'scopes.1', 'must be spelt like a TikTok scope, such as video.publish'],
    ['a misspelt scope', { user_id: 'a', scopes: ['video list'] }, 'scopes.0', 'must be spelt like a TikTok scope, such as video.publish'],
    [
      'a return address that is not allowed',
      { user_id: 'a', return_to: 'https://evil.example/' },
      'return_to',
      'is not on RETURN_URL_ALLOWLIST',
    ],
    ['a flag that is none', { user_id: 'a', add_account: 'yes' }, 'add_account', 'must be of type boolean'],
  ])('refuses %s', async (_, payload, path, message) => {
    const answer = await make(payload);
    expect(answer.statusCode).toBe(400);
    expect(problemIn(answer)).toMatchObject({ errors: [{ path, message }] });
  });

  it('refuses an Idempotency-Key, since the answer is a secret', async () => {
    const answer = await make({ user_id: 'a' }, { ...service, 'idempotency-key': 'k1' });
    expect(problemIn(answer)).toMatchObject({ code: 'invalid_request', errors: [{ path: 'Idempotency-Key' }] });
  });

  it('is not for end users', async () => {
    const answer = await make({ user_id: 'a' }, { 'x-dev-user': 'ada' });
    expect(answer.statusCode).toBe(403);
    expect(problemIn(answer)).toMatchObject({ code: 'forbidden' });
  });
});
