import { describe, expect, it } from 'vitest';
import { simulatedApp, type Simulator } from '../../simulator/simulator.ts';
import { approve, authorizeUrl, control, exchange, tokensOf } from './driver.ts';
import { startedSimulator } from './running-simulator.ts';

async function press(url: string, fields: readonly (readonly [string, string])[], cookie = ''): Promise<Response> {
  const body = new URLSearchParams();
  for (const [name, value] of fields) body.append(name, value);
  return fetch(url, { method: 'POST', body, redirect: 'manual', headers: { cookie } });
}

const locationOf = (response: Response): URL => new URL(response.headers.get('location') ?? '');

async function approvedInBrowser(simulator: Simulator, url = authorizeUrl(simulator)): Promise<string> {
  const response = await press(url, [
    ['account', 'bruno'],
    ['decision', 'approve'],
    ['scope', 'user.info.profile'],
    ['scope', 'video.list'],
  ]);
  return (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

describe('the authorize page', () => {
  it('offers every account and every scope that is asked for', async () => {
    const simulator = await startedSimulator();
    const response = await fetch(authorizeUrl(simulator));
    const page = await response.text();
    expect(response.status).toBe(200);
    for (const account of ['ada', 'bruno', 'chidi', 'dilnoza', 'emi']) expect(page).toContain(`value="${account}"`);
    expect([...page.matchAll(/name="scope" value="([^"]+)"/g)].map(([, scope]) => scope)).toEqual([
      'user.info.basic',
      'user.info.profile',
      'video.list',
    ]);
  });

  it('escapes what people call themselves and allows no inline code', async () => {
    const simulator = await startedSimulator();
    const response = await fetch(authorizeUrl(simulator));
    const page = await response.text();
    expect(page).toContain('Chidi &lt;Runs&gt; &amp; Rests');
    expect(page).not.toMatch(/<script|<style|style=|\son[a-z]+=/);
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; img-src 'self'; style-src 'self'/);
  });

  it('is there with and without the trailing slash', async () => {
    const simulator = await startedSimulator();
    expect((await fetch(authorizeUrl(simulator).replace('/authorize/?', '/authorize?'))).status).toBe(200);
  });

  it('sends the browser back with a code, the granted scopes and the state', async () => {
    const simulator = await startedSimulator();
    const response = await press(authorizeUrl(simulator), [
      ['account', 'ada'],
      ['decision', 'approve'],
      ['scope', 'video.list'],
    ]);
    const callback = locationOf(response);
    expect(response.status).toBe(302);
    expect(callback.origin + callback.pathname).toBe('http://localhost:3000/api/tiktok/auth/callback');
    expect(callback.searchParams.get('scopes')).toBe('user.info.basic,video.list');
    expect(callback.searchParams.get('state')).toBe('state-1');
    expect(callback.searchParams.get('code')).toMatch(/^[\w-]+\*\d!\d{4}\.va$/);
    expect(callback.search).toMatch(/%2A\d%21\d{4}\.va/);
  });

  it('grants nothing that was not asked for, however the form is filled in', async () => {
    const simulator = await startedSimulator();
    const callback = locationOf(
      await press(authorizeUrl(simulator, { scope: 'user.info.basic' }), [
        ['account', 'ada'],
        ['decision', 'approve'],
        ['scope', 'video.publish'],
      ]),
    );
    expect(callback.searchParams.get('scopes')).toBe('user.info.basic');
  });

  it('sends a person who cancels back with access_denied and the state, and no code', async () => {
    const simulator = await startedSimulator();
    const callback = locationOf(
      await press(authorizeUrl(simulator), [
        ['account', 'ada'],
        ['decision', 'cancel'],
      ]),
    );
    expect(callback.searchParams.get('error')).toBe('access_denied');
    expect(callback.searchParams.get('state')).toBe('state-1');
    expect(callback.searchParams.has('code')).toBe(false);
  });

  it('refuses an account that does not exist', async () => {
    const simulator = await startedSimulator();
    const response = await press(authorizeUrl(simulator), [
      ['account', 'nobody'],
      ['decision', 'approve'],
    ]);
    expect(response.headers.get('location')).toMatch(/^\/v2\/auth\/error\/.*error_type=account/);
  });
});

describe('a browser that has allowed the app before', () => {
  it('is sent straight back', async () => {
    const simulator = await startedSimulator();
    const cookie = await approvedInBrowser(simulator);
    const again = await fetch(authorizeUrl(simulator, { state: 'state-2' }), { redirect: 'manual', headers: { cookie } });
    expect(again.status).toBe(302);
    const tokens = await tokensOf(await exchange(simulator, locationOf(again).searchParams.get('code')));
    expect(tokens.open_id).toBe(
      (await tokensOf(await exchange(simulator, (await approve(simulator, 'bruno')).searchParams.get('code')))).open_id,
    );
  });

  it('is asked again with disable_auto_auth=1, with its account chosen', async () => {
    const simulator = await startedSimulator();
    const cookie = await approvedInBrowser(simulator);
    const again = await fetch(authorizeUrl(simulator, { disable_auto_auth: '1' }), { redirect: 'manual', headers: { cookie } });
    expect(again.status).toBe(200);
    expect(await again.text()).toMatch(/value="bruno" required checked/);
  });

  it('is asked again when a new scope is wanted', async () => {
    const simulator = await startedSimulator();
    const cookie = await approvedInBrowser(simulator);
    const again = await fetch(authorizeUrl(simulator, { scope: 'user.info.basic,video.publish' }), {
      redirect: 'manual',
      headers: { cookie },
    });
    expect(again.status).toBe(200);
  });

  it('is asked again once the person has taken the permission back', async () => {
    const simulator = await startedSimulator();
    const cookie = await approvedInBrowser(simulator);
    await control(simulator, '/grants/revoke', { account: 'bruno' });
    expect((await fetch(authorizeUrl(simulator), { redirect: 'manual', headers: { cookie } })).status).toBe(200);
  });

  it('keeps a scope it allowed earlier when fewer are asked for', async () => {
    const simulator = await startedSimulator();
    const cookie = await approvedInBrowser(simulator);
    await fetch(authorizeUrl(simulator, { scope: 'user.info.basic' }), { redirect: 'manual', headers: { cookie } });
    expect(await control(simulator, '/grants')).toMatchObject({
      grants: [{ account: 'bruno', scopes: ['user.info.profile', 'video.list', 'user.info.basic'] }],
    });
  });
});

describe('a sandbox app', () => {
  const sandbox = simulatedApp({ clientKey: 'sbsimulated00001', mode: 'sandbox', targetAccounts: ['ada'] });

  it('lets its target accounts in', async () => {
    const simulator = await startedSimulator({ apps: [sandbox] });
    expect((await approve(simulator, 'ada')).searchParams.has('code')).toBe(true);
  });

  it('shows everybody else an error page', async () => {
    const simulator = await startedSimulator({ apps: [sandbox] });
    const response = await press(authorizeUrl(simulator), [
      ['account', 'bruno'],
      ['decision', 'approve'],
    ]);
    expect(response.headers.get('location')).toMatch(/^\/v2\/auth\/error\/\?error=access_denied&error_type=non_sandbox_target/);
  });
});
