import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { authorizeUrl, connect, control, controlResponse, refresh, userInfo } from './driver.ts';
import { startedSimulator } from './running-simulator.ts';

describe('the clock', () => {
  it('can be moved, frozen and let go', async () => {
    const simulator = await startedSimulator();
    expect(await control(simulator, '/clock', { frozen: true, now: '2030-01-01T00:00:00Z' }, 'PATCH')).toMatchObject({
      now: '2030-01-01T00:00:00.000Z',
      frozen: true,
    });
    expect(await control(simulator, '/clock/advance', { seconds: 1.5, ms: 1 })).toMatchObject({ now: '2030-01-01T00:00:01.501Z' });
    expect(await control(simulator, '/clock')).toMatchObject({ now: '2030-01-01T00:00:01.501Z' });
    expect(await control(simulator, '/clock', { frozen: false }, 'PATCH')).toMatchObject({ frozen: false });
    expect(JSON.stringify(await control(simulator, '/clock'))).toContain('2030-01-01T00:00:0');
    expect(await control(simulator, '/clock', { now: '2027-05-01T00:00:00+02:00' }, 'PATCH')).toMatchObject({ frozen: false });
    expect(JSON.stringify(await control(simulator, '/clock'))).toContain('2027-04-30T22:00:0');
  });

  it('stamps the log ids', async () => {
    const simulator = await startedSimulator();
    await control(simulator, '/clock', { frozen: true, now: '2030-01-02T03:04:05Z' }, 'PATCH');
    expect((await userInfo(simulator, 'x')).headers.get('x-tt-logid')).toMatch(/^20300102030405[0-9A-F]{20}$/);
  });
});

describe('apps', () => {
  it('can be added, changed and read', async () => {
    const simulator = await startedSimulator();
    const added = await control(simulator, '/apps', {
      client_key: 'awsimulated00009',
      client_secret: 'simulated-client-secret-00000009',
      redirect_uris: ['https://app.example/cb'],
    });
    expect(added).toMatchObject({ client_key: 'awsimulated00009', rotation: 'rotate', lifetimes: { access_token_seconds: 86_400 } });
    await control(simulator, '/apps/awsimulated00009', { rotation: 'refuse', lifetimes: { access_token_seconds: 60 } }, 'PATCH');
    expect(await control(simulator, '/apps/awsimulated00009')).toMatchObject({
      rotation: 'refuse',
      lifetimes: { access_token_seconds: 60, code_seconds: 600 },
    });
    expect(await control(simulator, '/apps')).toMatchObject({
      apps: [{ client_key: 'awsimulated00001' }, { client_key: 'awsimulated00009' }],
    });
  });

  it('are refused with unknown fields, when they exist, or to change their key', async () => {
    const simulator = await startedSimulator();
    const { clientKey } = simulator.app;
    expect((await controlResponse(simulator, '/apps', { client_key: 'a', client_secret: 'b', colour: 'red' })).status).toBe(400);
    expect((await controlResponse(simulator, '/apps', { client_key: clientKey, client_secret: 'b' })).status).toBe(409);
    expect((await controlResponse(simulator, `/apps/${clientKey}`, { client_key: 'other' }, 'PATCH')).status).toBe(400);
    expect((await controlResponse(simulator, '/apps/unknown', {}, 'PATCH')).status).toBe(404);
  });
});

describe('accounts', () => {
  it('can be added, one or many, and connected', async () => {
    const simulator = await startedSimulator();
    await control(simulator, '/accounts', [
      { id: 'fay', username: 'fay', display_name: 'Fay' },
      { id: 'gus', username: 'gus', display_name: 'Gus' },
    ]);
    const tokens = await connect(simulator, 'gus');
    expect(await (await userInfo(simulator, tokens.access_token)).json()).toMatchObject({ data: { user: { display_name: 'Gus' } } });
  });

  it('are refused when they exist, with a bad id, or to change their id', async () => {
    const simulator = await startedSimulator();
    expect((await controlResponse(simulator, '/accounts', { id: 'ada', username: 'a', display_name: 'a' })).status).toBe(409);
    expect((await controlResponse(simulator, '/accounts', { id: 'No Spaces', username: 'a', display_name: 'a' })).status).toBe(400);
    expect((await controlResponse(simulator, '/accounts/ada', { id: 'adb' }, 'PATCH')).status).toBe(400);
    expect((await controlResponse(simulator, '/accounts/nobody', {}, 'PATCH')).status).toBe(404);
  });
});

describe('grants and tokens', () => {
  it('are listed with what became of them', async () => {
    const simulator = await startedSimulator();
    const { refresh_token, open_id } = await connect(simulator, 'ada');
    await refresh(simulator, refresh_token);
    expect(await control(simulator, '/grants')).toMatchObject({
      grants: [{ account: 'ada', open_id, status: 'active', revoked_at: null, generation: 1 }],
    });
    expect(await control(simulator, '/tokens')).toMatchObject({
      tokens: [
        { kind: 'code', status: 'used' },
        { kind: 'access', status: 'alive' },
        { kind: 'access', status: 'alive' },
        { kind: 'refresh', status: 'rotated', token: refresh_token },
        { kind: 'refresh', status: 'alive' },
      ],
    });
    await control(simulator, '/clock/advance', { seconds: 86_400 });
    await control(simulator, '/grants/revoke', { account: 'ada' });
    expect(await control(simulator, '/grants')).toMatchObject({ grants: [{ status: 'revoked', revoked_by: 'person' }] });
  });

  it.each([
    { tokens: 'access', userInfoStatus: 401, refreshed: true },
    { tokens: 'refresh', userInfoStatus: 200, refreshed: false },
    { tokens: 'all', userInfoStatus: 401, refreshed: false },
  ])('can have $tokens tokens end before their time', async ({ tokens, userInfoStatus, refreshed }) => {
    const simulator = await startedSimulator();
    const { access_token, refresh_token } = await connect(simulator, 'ada');
    await control(simulator, '/grants/expire', { account: 'ada', tokens });
    expect((await userInfo(simulator, access_token)).status).toBe(userInfoStatus);
    expect((await (await refresh(simulator, refresh_token)).text()).includes('act.')).toBe(refreshed);
  });

  it('cannot be revoked where there are none', async () => {
    const simulator = await startedSimulator();
    expect((await controlResponse(simulator, '/grants/revoke', { account: 'ada' })).status).toBe(404);
  });
});

describe('an authorization without a browser', () => {
  it('answers where the browser would be sent', async () => {
    const simulator = await startedSimulator();
    const url = authorizeUrl(simulator);
    expect(JSON.stringify(await control(simulator, '/authorize', { url, account: 'ada', scopes: ['video.list'] }))).toMatch(
      /scopes=video\.list&state=state-1"/,
    );
    expect(JSON.stringify(await control(simulator, '/authorize', { url, account: 'ada', cancel: true }))).toMatch(
      /cb|callback\?error=access_denied/,
    );
  });

  it('refuses another page, an unknown account and what is no address', async () => {
    const simulator = await startedSimulator();
    const url = authorizeUrl(simulator);
    expect((await controlResponse(simulator, '/authorize', { url: url.replace('/v2/auth', '/auth'), account: 'ada' })).status).toBe(400);
    expect((await controlResponse(simulator, '/authorize', { url, account: 'nobody' })).status).toBe(404);
    expect((await controlResponse(simulator, '/authorize', { url: 'there' })).status).toBe(400);
  });
});

describe('the control endpoint', () => {
  it('answers what it cannot do in JSON', async () => {
    const simulator = await startedSimulator();
    const unknown = await fetch(`${simulator.controlUrl}/nowhere`);
    expect([unknown.status, await unknown.json()]).toEqual([404, { error: 'There is no control route GET /_control/nowhere.' }]);
    const broken = await fetch(`${simulator.controlUrl}/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"end',
    });
    expect([broken.status, typeof (await broken.json())]).toEqual([400, 'object']);
  });

  it.each([
    ['/faults', { times: 'many' }, '"0.endpoint" is missing. "0.times" is wrong: expected number, received string.'],
    ['/faults', { endpoint: '*', colour: 'red', action: { type: 'explode' } }, /^"0\.action\.type" is wrong: expected 'pass' \| .+\. There is no field "0\.colour"\.$/],
    ['/apps', { client_key: 'a', client_secret: 'b', redirectUris: 'x' }, '"redirect_uris" is wrong: expected array, received string.'],
    ['/grants/expire', { account: 'ada', tokens: 'some' }, '"tokens" is wrong: expected one of "access"|"refresh"|"all".'],
    ['/clock/advance', [], 'The body is wrong: expected object, received array.'],
  ])('says in sentences what is wrong with a body sent to %s', async (path, body, sentences) => {
    const simulator = await startedSimulator();
    const refused = await controlResponse(simulator, path, body);
    expect(refused.status).toBe(400);
    const { error } = z.object({ error: z.string() }).parse(await refused.json());
    if (sentences instanceof RegExp) expect(error).toMatch(sentences);
    else expect(error).toBe(sentences);
  });

  it('asks for JSON when it is sent another type', async () => {
    const simulator = await startedSimulator();
    const refused = await fetch(`${simulator.controlUrl}/clock/advance`, { method: 'POST', body: '{"seconds":1}' });
    expect([refused.status, await refused.json()]).toEqual([
      415,
      { error: 'The control endpoint takes JSON, not text/plain;charset=UTF-8: send application/json.' },
    ]);
  });

  it('needs no type where there is no body', async () => {
    const simulator = await startedSimulator();
    expect((await fetch(`${simulator.controlUrl}/reset`, { method: 'POST' })).status).toBe(200);
  });

  it('begins anew on demand', async () => {
    const simulator = await startedSimulator();
    const { access_token } = await connect(simulator, 'ada');
    await control(simulator, '/faults', { endpoint: 'user_info', times: null, action: { type: 'html' } });
    await control(simulator, '/accounts/ada', { display_name: 'Other' }, 'PATCH');
    await control(simulator, '/reset', {});
    expect((await userInfo(simulator, access_token)).status).toBe(401);
    expect(await control(simulator, '/accounts/ada')).toMatchObject({ display_name: 'Ada Builds' });
    expect(await control(simulator, '/grants')).toEqual({ grants: [] });
  });
});
