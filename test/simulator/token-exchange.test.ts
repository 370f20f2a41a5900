import { connect as openSocket } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { simulatedApp, type Simulator } from '../../simulator/simulator.ts';
import { approve, base64urlChallenge, connect, control, encoded, exchange, postForm, redirectUri, tokensOf, verifier } from './driver.ts';
import { startedSimulator } from './running-simulator.ts';

async function freshCode(simulator: Simulator): Promise<string> {
  return (await approve(simulator, 'ada')).searchParams.get('code') ?? '';
}

describe('the exchange of a code', () => {
  it('answers flat tokens with the granted scopes and both lifetimes', async () => {
    const simulator = await startedSimulator();
    const response = await exchange(simulator, await freshCode(simulator));
    expect(response.headers.get('x-tt-logid')).toMatch(/^\d{14}[0-9A-F]{20}$/);
    const tokens = await tokensOf(response);
    expect(tokens).toMatchObject({
      expires_in: 86_400,
      refresh_expires_in: 31_536_000,
      token_type: 'Bearer',
      scope: 'user.info.basic,user.info.profile,video.list',
    });
    expect(tokens.access_token).toMatch(/^act\.[\w-]{60}!\d{4}\.va$/);
    expect(tokens.refresh_token).toMatch(/^rft\.[\w-]{60}!\d{4}\.va$/);
    expect(tokens.open_id).toMatch(/^-000[\w-]{32}$/);
  });

  it('gives one account another open_id in each app, and always the same in one', async () => {
    const other = simulatedApp({ clientKey: 'awsimulated00002' });
    const simulator = await startedSimulator({ apps: [simulatedApp(), other] });
    const openId = (await connect(simulator, 'ada')).open_id;
    const otherCode = (await approve(simulator, 'ada', { client_key: other.clientKey })).searchParams.get('code');
    expect((await connect(simulator, 'ada')).open_id).toBe(openId);
    expect((await tokensOf(await exchange(simulator, otherCode, { client_key: other.clientKey }))).open_id).not.toBe(openId);
  });

  it('works once', async () => {
    const simulator = await startedSimulator();
    const code = await freshCode(simulator);
    const answers = await Promise.all([exchange(simulator, code), exchange(simulator, code)]);
    const bodies: unknown[] = await Promise.all(answers.map((answer) => answer.json()));
    expect(bodies).toContainEqual(expect.objectContaining({ error: 'invalid_grant' }));
    expect(bodies).toContainEqual(expect.objectContaining({ token_type: 'Bearer' }));
  });

  it('works for ten minutes', async () => {
    const simulator = await startedSimulator();
    const code = await freshCode(simulator);
    await control(simulator, '/clock/advance', { seconds: 601 });
    expect(await (await exchange(simulator, code)).json()).toMatchObject({ error: 'invalid_grant' });
  });

  it('takes base64url challenges where the app allows them', async () => {
    const simulator = await startedSimulator({ apps: [simulatedApp({ base64urlPkce: true })] });
    const callback = await approve(simulator, 'ada', { code_challenge: base64urlChallenge });
    expect((await tokensOf(await exchange(simulator, callback.searchParams.get('code')))).token_type).toBe('Bearer');
  });

  it('asks no verifier of a web app that sent no challenge', async () => {
    const simulator = await startedSimulator({ apps: [simulatedApp({ platform: 'web' })] });
    const callback = await approve(simulator, 'ada', { code_challenge: undefined, code_challenge_method: undefined });
    const response = await exchange(simulator, callback.searchParams.get('code'), { code_verifier: undefined });
    expect((await tokensOf(response)).token_type).toBe('Bearer');
  });
});

describe('an exchange that is refused', () => {
  const cases = [
    {
      mistake: 'a wrong secret',
      fields: { client_secret: 'simulated-wrong-secret' },
      error: 'invalid_client',
      text: 'Client key or secret is incorrect.',
    },
    {
      mistake: 'an unknown client key',
      fields: { client_key: 'awunknown0000001' },
      error: 'invalid_client',
      text: 'Client key or secret is incorrect.',
    },
    { mistake: 'no secret', fields: { client_secret: undefined }, error: 'invalid_request', text: 'Client secret is missed in request.' },
    {
      mistake: 'client_id in the place of client_key',
      fields: { client_key: undefined, client_id: 'awsimulated00001' },
      error: 'invalid_request',
      text: 'Client key is missed in request.',
    },
    {
      mistake: 'another redirect address',
      fields: { redirect_uri: 'http://localhost:3000/other' },
      error: 'invalid_request',
      text: 'Redirect_uri is not matched with the uri when requesting code.',
    },
    {
      mistake: 'a wrong verifier',
      fields: { code_verifier: verifier.toLowerCase() },
      error: 'invalid_request',
      text: 'Code verifier or code challenge is invalid.',
    },
    {
      mistake: 'no verifier',
      fields: { code_verifier: undefined },
      error: 'invalid_request',
      text: 'Code verifier or code challenge is invalid.',
    },
    {
      mistake: 'no grant type',
      fields: { grant_type: undefined },
      error: 'invalid_request',
      text: 'The request parameters are malformed.',
    },
    {
      mistake: 'an unknown grant type',
      fields: { grant_type: 'password' },
      error: 'unsupported_grant_type',
      text: 'The grant type is not supported.',
    },
    { mistake: 'no code', fields: { code: undefined }, error: 'invalid_request', text: 'The request parameters are malformed.' },
    {
      mistake: 'an unknown code',
      fields: { code: 'SIMunknown*1!1111.va' },
      error: 'invalid_grant',
      text: 'Authorization code is expired.',
    },
  ];

  it.each(cases)('says so with HTTP 200 for $mistake, and the code stays good', async ({ fields, error, text: description }) => {
    const simulator = await startedSimulator();
    const code = await freshCode(simulator);
    const response = await exchange(simulator, code, fields);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ error, error_description: description, log_id: response.headers.get('x-tt-logid') });
    expect((await tokensOf(await exchange(simulator, code))).token_type).toBe('Bearer');
  });

  it('is refused for a code that is still encoded', async () => {
    const simulator = await startedSimulator();
    const code = await freshCode(simulator);
    expect(await (await exchange(simulator, code.replace('*', '%2A').replace('!', '%21'))).json()).toMatchObject({
      error: 'invalid_grant',
    });
  });

  it("is refused for another app's code", async () => {
    const simulator = await startedSimulator({ apps: [simulatedApp(), simulatedApp({ clientKey: 'awsimulated00002' })] });
    const code = await freshCode(simulator);
    expect(await (await exchange(simulator, code, { client_key: 'awsimulated00002' })).json()).toMatchObject({ error: 'invalid_grant' });
  });

  it('is refused for a code whose consent the person took back', async () => {
    const simulator = await startedSimulator();
    const code = await freshCode(simulator);
    await control(simulator, '/grants/revoke', { account: 'ada' });
    expect(await (await exchange(simulator, code)).json()).toMatchObject({ error: 'invalid_grant' });
  });

  it('can come with HTTP 400 and 401 instead', async () => {
    const simulator = await startedSimulator();
    await control(simulator, '/settings', { oauth_error_status: 'by_error' }, 'PATCH');
    expect((await exchange(simulator, 'SIMunknown*1!1111.va')).status).toBe(400);
    expect((await exchange(simulator, null, { client_secret: 'simulated-wrong-secret' })).status).toBe(401);
  });

  it('is refused when a field is given twice', async () => {
    const simulator = await startedSimulator();
    const body = new URLSearchParams([
      ['client_key', 'a'],
      ['client_key', 'b'],
    ]);
    const response = await fetch(`${simulator.apiUrl}/v2/oauth/token/`, { method: 'POST', body });
    expect(await response.json()).toMatchObject({ error: 'invalid_request', error_description: 'The request parameters are malformed.' });
  });
});

describe('the token endpoint', () => {
  const onlyForms = {
    error: 'invalid_request',
    error_description: 'Only `application/x-www-form-urlencoded` is accepted as Content-Type.',
  };

  it('is not there without its trailing slash', async () => {
    const simulator = await startedSimulator();
    const response = await postForm(simulator, '/v2/oauth/token', { grant_type: 'refresh_token' });
    expect([response.status, await response.text()]).toEqual([404, 'Unsupported path(Janus)']);
  });

  it('takes no JSON', async () => {
    const simulator = await startedSimulator();
    const response = await fetch(`${simulator.apiUrl}/v2/oauth/token/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"client_key":"a"}',
    });
    expect([response.status, await response.json()]).toMatchObject([200, onlyForms]);
  });

  it('takes no second Content-Type header', async () => {
    const simulator = await startedSimulator();
    const fields = encoded({ client_key: simulator.app.clientKey, redirect_uri: redirectUri }).toString();
    const type = 'Content-Type: application/x-www-form-urlencoded';
    const socket = openSocket(Number(new URL(simulator.url).port), '127.0.0.1');
    socket.write(
      [
        'POST /v2/oauth/token/ HTTP/1.1',
        'Host: localhost',
        'Connection: close',
        type,
        type,
        `Content-Length: ${fields.length}`,
        '',
        fields,
      ].join('\r\n'),
    );
    expect(await text(socket)).toContain(onlyForms.error_description);
  });

  it('hands an app a token of its own', async () => {
    const simulator = await startedSimulator();
    const { clientKey, clientSecret } = simulator.app;
    const response = await postForm(simulator, '/v2/oauth/token/', {
      client_key: clientKey,
      client_secret: clientSecret,
      grant_type: 'client_credentials',
    });
    const body = z.strictObject({ access_token: z.string(), expires_in: z.number(), token_type: z.string() }).parse(await response.json());
    expect(body).toMatchObject({ expires_in: 7200, token_type: 'Bearer' });
    expect(body.access_token).toMatch(/^clt\./);
  });
});
