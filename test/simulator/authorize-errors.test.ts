import { describe, expect, it } from 'vitest';
import { simulatedApp } from '../../simulator/simulator.ts';
import { authorizeUrl, base64urlChallenge, controlResponse } from './driver.ts';
import { startedSimulator } from './running-simulator.ts';

type Parameters = Readonly<Record<string, string | undefined>>;

/** Each case is wrong in its own way and in every later one too, so that the cases also show the order of the checks. */
const later: Parameters = {
  redirect_uri: 'https://elsewhere.example/cb',
  response_type: 'token',
  scope: 'a b',
  state: undefined,
  code_challenge: undefined,
};
const without = (...names: readonly string[]): Parameters =>
  Object.fromEntries(Object.entries(later).filter(([name]) => !names.includes(name)));

const cases: readonly Readonly<{ mistake: string; parameters: Parameters; query: string }>[] = [
  {
    mistake: 'client_id in the place of client_key',
    parameters: { ...later, client_key: undefined, client_id: 'awsimulated00001' },
    query: 'error=param_error&errCode=10003&error_type=client_key',
  },
  {
    mistake: 'an unknown client key',
    parameters: { ...later, client_key: 'awunknown0000001' },
    query: 'error=unauthorized_client&error_type=client_key',
  },
  { mistake: 'a redirect address that is not registered', parameters: later, query: 'error=param_error&error_type=redirect_uri' },
  { mistake: 'another response type', parameters: without('redirect_uri'), query: 'error=param_error&error_type=response_type' },
  {
    mistake: 'scopes separated by spaces',
    parameters: without('redirect_uri', 'response_type'),
    query: 'error=param_error&error_type=scope',
  },
  { mistake: 'no state', parameters: without('redirect_uri', 'response_type', 'scope'), query: 'error=param_error&error_type=state' },
  {
    mistake: 'no challenge for a loopback address',
    parameters: without('redirect_uri', 'response_type', 'scope', 'state'),
    query: 'error=param_error&errCode=10007&error_type=code_challenge',
  },
  {
    mistake: 'a base64url challenge',
    parameters: { code_challenge: base64urlChallenge },
    query: 'error=param_error&errCode=10007&error_type=code_challenge',
  },
  {
    mistake: 'an unknown challenge method',
    parameters: { code_challenge_method: 'plain' },
    query: 'error=param_error&error_type=code_challenge_method',
  },
  {
    mistake: 'a scope that is not enabled for the app',
    parameters: { scope: 'user.info.basic,video.create' },
    query: 'error=param_error&error_type=scope',
  },
  {
    mistake: 'a redirect address with a query',
    parameters: { redirect_uri: 'http://localhost:3000/cb?x=1' },
    query: 'error=param_error&error_type=redirect_uri',
  },
  {
    mistake: 'a loopback address without a port',
    parameters: { redirect_uri: 'http://localhost/cb' },
    query: 'error=param_error&error_type=redirect_uri',
  },
  {
    mistake: 'an address that only begins like a registered one',
    parameters: { redirect_uri: 'http://localhost:3000@elsewhere.example/cb' },
    query: 'error=param_error&error_type=redirect_uri',
  },
];

describe('an authorize request that is wrong', () => {
  it.each(cases)('shows an error page for $mistake and never calls back', async ({ parameters, query }) => {
    const simulator = await startedSimulator();
    const response = await fetch(authorizeUrl(simulator, parameters), { redirect: 'manual' });
    const location = response.headers.get('location') ?? '';
    expect(location.split('&simulator_hint')[0]).toBe(`/v2/auth/error/?${query}`);
    const page = await (await fetch(simulator.url + location)).text();
    expect(page).toContain('Something went wrong');
    expect(page).toContain(new URLSearchParams(query).get('error_type'));
  });

  it.each(cases)('is refused by the control endpoint too: $mistake', async ({ parameters, query }) => {
    const simulator = await startedSimulator();
    const response = await controlResponse(simulator, '/authorize', { url: authorizeUrl(simulator, parameters), account: 'ada' });
    expect(response.status).toBe(422);
    const expected = new URLSearchParams(query);
    expect(await response.json()).toMatchObject({ error_page: { error: expected.get('error'), error_type: expected.get('error_type') } });
  });

  it('is refused for an app that is still a draft', async () => {
    const simulator = await startedSimulator({ apps: [simulatedApp({ status: 'draft' })] });
    const response = await fetch(authorizeUrl(simulator), { redirect: 'manual' });
    expect(response.headers.get('location')).toContain('error=unauthorized_client&error_type=client_key');
  });

  it('does not let its own text become part of the page', async () => {
    const simulator = await startedSimulator();
    const page = await (await fetch(`${simulator.url}/v2/auth/error/?error=x&error_type=${encodeURIComponent('<img src=x>')}`)).text();
    expect(page).not.toContain('<img');
  });
});

describe('an app registered for the web', () => {
  const web = { redirectUris: ['https://app.example/cb'], scopes: ['user.info.basic'] };
  const parameters = { redirect_uri: 'https://app.example/cb', scope: 'user.info.basic' };

  it('needs no challenge', async () => {
    const simulator = await startedSimulator({ apps: [simulatedApp(web)] });
    expect(
      (await fetch(authorizeUrl(simulator, { ...parameters, code_challenge: undefined, code_challenge_method: undefined }))).url,
    ).toContain('/v2/auth/authorize/');
  });

  it('can be told to refuse one', async () => {
    const simulator = await startedSimulator({ apps: [simulatedApp({ ...web, webPkce: 'refuse' })] });
    expect((await fetch(authorizeUrl(simulator, parameters))).url).toContain('error_type=code_challenge_method');
  });

  it('has its redirect address compared byte for byte', async () => {
    const simulator = await startedSimulator({ apps: [simulatedApp(web)] });
    expect((await fetch(authorizeUrl(simulator, { ...parameters, redirect_uri: 'https://app.example/cb/' }))).url).toContain(
      'error_type=redirect_uri',
    );
  });
});
