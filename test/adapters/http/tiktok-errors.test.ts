import { z } from 'zod';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { absentPool } from '../../support/projection-database.ts';
import { createPerson, leadsTo, type Person } from '../../support/http-person.ts';
import { createHttpParts } from '../../support/http-parts.ts';
import { createHttpWorld, type HttpWorld } from '../../support/http-world.ts';
import { createInMemoryEventStore } from '../../support/in-memory-event-store.ts';

const callback = '/api/tiktok/auth/callback';
const accountPage = 'https://connect.example/dashboard/account';

describe('each tiktok_error of the callback', () => {
  let world: HttpWorld;
  let people = 0;
  let person: Person;

  const someone = (): Person => createPerson(world.http, { dev_user: `person-${(people += 1)}` });
  const outcome = async (who: Person, query: string): Promise<string> => leadsTo(await who.call({ url: `${callback}${query}` })).search;
  const stateOf = (address: URL): string => address.searchParams.get('state') ?? '';
  const fault = (endpoint: string, action: object) => world.control('/faults', { endpoint, action });
  const revoked = async (): Promise<number> => {
    const answer = await fetch(`${world.simulator.controlUrl}/calls?endpoint=revoke`);
    return z.object({ count: z.number() }).parse(await answer.json()).count;
  };

  beforeAll(async () => {
    world = await createHttpWorld({ developmentPrincipals: true });
  });

  beforeEach(() => {
    person = someone();
  });

  afterAll(() => world.close());

  it.each([
    ['no state', '?code=abc'],
    ['an empty state', '?state=&code=abc'],
    ['neither code nor error', '?state=abc'],
    ['nothing at all', ''],
  ])('missing_parameters: %s', async (_, query) => {
    expect(await outcome(person, query)).toBe('?tiktok_error=missing_parameters');
  });

  it('missing_parameters: a parameter given twice, even in a flow of this browser, whose state is used up by it', async () => {
    const state = stateOf(await person.begin());
    expect(await outcome(person, `?state=${state}&code=a&code=b`)).toBe('?tiktok_error=missing_parameters');
    expect(await outcome(person, `?state=${state}&code=a`)).toBe('?tiktok_error=invalid_state');
  });

  it('takes unknown parameters of TikTok along', async () => {
    const { search } = await world.consent((await person.begin('?add_account=1')).href, { account: 'emi' });
    expect(await outcome(person, `${search}&something_new=1`)).toBe('?tiktok_success=true');
  });

  it('invalid_state: unknown', async () => {
    await person.begin();
    expect(await outcome(person, '?state=made-up&code=abc')).toBe('?tiktok_error=invalid_state');
  });

  it('invalid_state: the cookie is missing, foreign, or of another flow', async () => {
    const state = stateOf(await person.begin());
    expect(await outcome(someone(), `?state=${state}&code=abc`)).toBe('?tiktok_error=invalid_state');

    const first = stateOf(await person.begin());
    for (const name of person.cookies.keys()) if (name.includes('oauth')) person.cookies.delete(name);
    await person.begin();
    expect(await outcome(person, `?state=${first}&code=abc`)).toBe('?tiktok_error=invalid_state');
  });

  it('invalid_state: states swapped between two users', async () => {
    const other = someone();
    const [mine, theirs] = [stateOf(await person.begin()), stateOf(await other.begin())];
    expect(await outcome(person, `?state=${theirs}&code=abc`)).toBe('?tiktok_error=invalid_state');
    expect(await outcome(other, `?state=${mine}&code=abc`)).toBe('?tiktok_error=invalid_state');
  });

  it('invalid_state: expired', async () => {
    const state = stateOf(await person.begin());
    await world.database.pool.query("UPDATE tiktok_connections.authorization_attempts SET expires_at = now() - interval '1 second'");
    expect(await outcome(person, `?state=${state}&code=abc`)).toBe('?tiktok_error=invalid_state');
  });

  it('session_expired: another user is signed in by now', async () => {
    const state = stateOf(await person.begin());
    person.cookies.set('dev_user', 'someone-else');
    expect(await outcome(person, `?state=${state}&error=access_denied`)).toBe('?tiktok_error=session_expired');
  });

  it('access_denied: the person said no', async () => {
    const { search } = await world.consent((await person.begin('?add_account=1')).href, { cancel: true });
    expect(await outcome(person, search)).toBe('?tiktok_error=access_denied');
  });

  it('access_denied: any error of TikTok, also beside a code', async () => {
    const state = stateOf(await person.begin());
    expect(await outcome(person, `?state=${state}&code=abc&error=server_error`)).toBe('?tiktok_error=access_denied');
  });

  it('token_exchange_failed: the code is refused', async () => {
    const state = stateOf(await person.begin());
    expect(await outcome(person, `?state=${state}&code=made-up`)).toBe('?tiktok_error=token_exchange_failed');
  });

  it('missing_scopes: the granted set lacks user.info.basic', async () => {
    await fault('token.code', { type: 'transform', set: { scope: 'video.publish' } });
    expect(leadsTo(await person.connect(world)).search).toBe('?tiktok_error=missing_scopes');
  });

  it('user_info_failed: TikTok does not show the profile, or shows another', async () => {
    await fault('user_info', { type: 'html', status: 502 });
    expect(leadsTo(await person.connect(world)).search).toBe('?tiktok_error=user_info_failed');
    await fault('user_info', { type: 'transform', set: { 'data.user.open_id': '-000another' } });
    expect(leadsTo(await person.connect(world)).search).toBe('?tiktok_error=user_info_failed');
  });

  it('account_linked_to_another_user: the owner keeps it and nothing is revoked', async () => {
    const owner = someone();
    expect(leadsTo(await owner.connect(world, 'chidi')).search).toBe('?tiktok_success=true');
    expect(leadsTo(await person.connect(world, 'chidi')).search).toBe('?tiktok_error=account_linked_to_another_user');
    expect((await owner.call({ url: '/api/tiktok/user/info' })).json()).toMatchObject({ connected: true });
    expect((await person.call({ url: '/api/tiktok/user/info' })).json()).toEqual({ connected: false, connection: null, connections: [] });
    expect(await revoked()).toBe(0);
  });

  it('database_error: the database does not answer, neither at the callback nor at the beginning', async () => {
    const away = await world.another(
      createHttpParts({
        pool: absentPool(),
        eventStore: createInMemoryEventStore(),
        tiktok: world.simulator,
        settings: { developmentPrincipals: true },
      }).parts,
    );
    const visitor = createPerson(away, { tiktok_oauth_1: 'x' });
    expect(await outcome(visitor, '?state=abc&code=abc')).toBe('?tiktok_error=database_error');
    const begun = await visitor.call({ url: '/api/tiktok/auth/authorize?return_to=https%3A%2F%2Fapp.example%2Fsettings%3Ftab%3D2' });
    expect(begun.statusCode).toBe(303);
    expect(begun.headers.location).toBe('https://app.example/settings?tab=2&tiktok_error=database_error');
  });

  it('database_error: the event store does not answer once TikTok has', async () => {
    const { parts: store } = createHttpParts({
      pool: absentPool(),
      eventStore: world.parts.completing.eventStore,
      tiktok: world.simulator,
    });
    const away = await world.another({ completing: { ...world.parts.completing, sealer: store.completing.sealer } });
    const visitor = createPerson(away, { dev_user: 'unlucky' });
    expect(leadsTo(await visitor.connect(world, 'dilnoza')).search).toBe('?tiktok_error=database_error');
  });

  it('unexpected_error: a fault of ours, of which the log tells without the query', async () => {
    const broken = {
      open: () => {
        throw new Error('a planted fault');
      },
      consume: () => {
        throw new Error('a planted fault');
      },
    };
    const http = await world.another({
      connecting: { ...world.parts.connecting, attempts: broken },
      completing: { ...world.parts.completing, attempts: broken },
    });
    const visitor = createPerson(http, {});
    const back = await visitor.call({ url: `${callback}?state=canary-state&code=canary-code` });
    expect(back.statusCode).toBe(303);
    expect(back.headers.location).toBe(`${accountPage}?tiktok_error=unexpected_error`);
    expect((await visitor.call({ url: '/api/tiktok/auth/authorize' })).headers.location).toBe(
      `${accountPage}?tiktok_error=unexpected_error`,
    );
    expect(http.log()).toContain('a planted fault');
    expect(http.log()).not.toContain('canary');
  });

  it('returns to the address the flow was begun with, whatever comes of it', async () => {
    const state = stateOf(await person.begin('?return_to=https%3A%2F%2Fapp.example%2Fsettings%3Ftab%3D2'));
    const answer = await person.call({ url: `${callback}?state=${state}&error=access_denied` });
    expect(answer.headers.location).toBe('https://app.example/settings?tab=2&tiktok_error=access_denied');
    expect([...person.cookies.keys()]).toEqual(['dev_user']);
  });
});

describe('the order in which the errors are checked', () => {
  it('names the first that applies', async () => {
    const world = await createHttpWorld({ developmentPrincipals: true });
    const person = createPerson(world.http, { dev_user: 'first' });
    const stateOf = async (): Promise<string> => (await person.begin()).searchParams.get('state') ?? '';
    const outcome = async (query: string): Promise<string> => leadsTo(await person.call({ url: `${callback}${query}` })).search;

    const used = await stateOf();
    expect(await outcome(`?state=${used}&error=a&error=b`)).toContain('missing_parameters');
    expect(await outcome('?error=access_denied&state=unknown')).toContain('invalid_state');
    const begun = await stateOf();
    person.cookies.set('dev_user', 'second');
    expect(await outcome(`?state=${begun}&error=access_denied&code=made-up`)).toContain('session_expired');
    person.cookies.set('dev_user', 'first');
    expect(await outcome(`?state=${await stateOf()}&error=access_denied&code=made-up`)).toContain('access_denied');
    await world.close();
  });
});
