import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Simulator } from '../../simulator/simulator.ts';
import { approve, connect, control, controlResponse, exchange, refresh, revoke, tokensOf, userInfo } from './driver.ts';
import { startedSimulator } from './running-simulator.ts';

const json = async (response: Promise<Response>): Promise<unknown> => (await response).json();
const failed = (answer: Promise<Response>): Promise<boolean> =>
  answer.then(
    () => false,
    () => true,
  );

async function withFault(fault: unknown): Promise<Simulator> {
  const simulator = await startedSimulator();
  await control(simulator, '/faults', fault);
  return simulator;
}

describe('a fault', () => {
  it('strikes as often as it was told, then things work again', async () => {
    const simulator = await withFault({
      endpoint: 'user_info',
      times: 2,
      action: { type: 'respond', status: 503, headers: { 'retry-after': '7' }, body: { busy: true } },
    });
    const { access_token } = await connect(simulator, 'ada');
    const first = await userInfo(simulator, access_token);
    expect([first.status, first.headers.get('retry-after'), await first.json()]).toEqual([503, '7', { busy: true }]);
    expect((await userInfo(simulator, access_token)).status).toBe(503);
    expect((await userInfo(simulator, access_token)).status).toBe(200);
  });

  it('stands until it is removed when it has no number', async () => {
    const simulator = await withFault({ endpoint: 'user_info', times: null, action: { type: 'html' } });
    for (let turn = 0; turn < 5; turn += 1) expect((await userInfo(simulator, 'act.SIMunknown')).status).toBe(502);
    expect(await control(simulator, '/faults')).toMatchObject({ faults: [{ id: 1, struck: 5 }] });
    await control(simulator, '/faults/1', undefined, 'DELETE');
    expect((await userInfo(simulator, 'act.SIMunknown')).status).toBe(401);
  });

  it('can let some calls pass before', async () => {
    const simulator = await withFault({ endpoint: 'user_info', skip: 1, action: { type: 'html' } });
    const statuses = [];
    for (let turn = 0; turn < 3; turn += 1) statuses.push((await userInfo(simulator, 'act.SIMunknown')).status);
    expect(statuses).toEqual([401, 502, 401]);
  });

  it('waits its turn behind those set earlier', async () => {
    const simulator = await withFault([
      { endpoint: 'user_info', action: { type: 'respond', status: 500 } },
      { endpoint: 'user_info', action: { type: 'respond', status: 503 } },
    ]);
    expect([(await userInfo(simulator, 'x')).status, (await userInfo(simulator, 'x')).status]).toEqual([500, 503]);
  });

  it('can be for refreshes alone', async () => {
    const simulator = await withFault({ endpoint: 'token.refresh', times: null, action: { type: 'respond', status: 500 } });
    const { refresh_token } = await connect(simulator, 'ada');
    expect((await refresh(simulator, refresh_token)).status).toBe(500);
  });

  it('can be for every kind of token request', async () => {
    const simulator = await withFault({ endpoint: 'token', times: null, action: { type: 'respond', status: 500 } });
    expect((await exchange(simulator, 'x')).status).toBe(500);
    expect((await refresh(simulator, 'x')).status).toBe(500);
    expect((await revoke(simulator, 'x')).status).toBe(200);
  });

  it('can be for one account alone', async () => {
    const simulator = await withFault({ endpoint: '*', account: 'bruno', times: null, action: { type: 'respond', status: 500 } });
    const ada = await connect(simulator, 'ada');
    const bruno = (await approve(simulator, 'bruno')).searchParams.get('code');
    expect((await userInfo(simulator, ada.access_token)).status).toBe(200);
    expect((await exchange(simulator, bruno)).status).toBe(500);
  });

  it.each([
    { mistake: 'an unknown action', fault: { endpoint: 'token', action: { type: 'explode' } } },
    { mistake: 'an unknown field', fault: { endpoint: 'token', count: 2 } },
    { mistake: 'no endpoint', fault: { action: { type: 'hang' } } },
  ])('is refused with $mistake', async ({ fault }) => {
    const simulator = await startedSimulator();
    expect((await controlResponse(simulator, '/faults', fault)).status).toBe(400);
  });
});

describe('an answer spoilt by a fault', () => {
  it('is an HTML page', async () => {
    const response = await userInfo(await withFault({ endpoint: 'user_info', action: { type: 'html', status: 200 } }), 'x');
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  });

  it('is a redirect', async () => {
    const simulator = await withFault({ endpoint: 'user_info', action: { type: 'redirect', location: 'http://127.0.0.1:9/' } });
    const response = await fetch(`${simulator.apiUrl}/v2/user/info/?fields=open_id`, { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([302, 'http://127.0.0.1:9/']);
  });

  it("is TikTok's own error with HTTP 200, in the shape of the endpoint", async () => {
    const error = { type: 'error', code: 'server_error', message: 'Try again.' };
    const simulator = await withFault([
      { endpoint: 'user_info', action: error },
      { endpoint: 'token', action: error },
    ]);
    expect(await json(userInfo(simulator, 'x'))).toMatchObject({ data: {}, error: { code: 'server_error', message: 'Try again.' } });
    expect(await json(exchange(simulator, 'x'))).toMatchObject({ error: 'server_error', error_description: 'Try again.' });
  });

  it('is cut in the middle', async () => {
    const simulator = await withFault({ endpoint: 'token', action: { type: 'truncate' } });
    const code = (await approve(simulator, 'ada')).searchParams.get('code');
    const text = await (await exchange(simulator, code)).text();
    expect(text.startsWith('{')).toBe(true);
    expect(() => {
      JSON.parse(text);
    }).toThrow(SyntaxError);
  });

  it('breaks off in the middle of its body', async () => {
    const simulator = await withFault({ endpoint: 'token', action: { type: 'truncate', characters: 20, hang_up: true } });
    const response = await exchange(simulator, (await approve(simulator, 'ada')).searchParams.get('code'));
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow('terminated');
    expect(await control(simulator, '/calls')).toMatchObject({ calls: [{ status: 200, processed: true, fault: { action: 'truncate' } }] });
  });

  it('is 50 MB long', async () => {
    const response = await userInfo(await withFault({ endpoint: 'user_info', action: { type: 'huge' } }), 'x');
    expect((await response.arrayBuffer()).byteLength).toBe(50 * 1024 * 1024);
  });

  it('drips for ever', async () => {
    const simulator = await withFault({ endpoint: 'user_info', action: { type: 'drip', interval_ms: 5 } });
    const reader = (await userInfo(simulator, 'x')).body?.getReader();
    for (let piece = 0; piece < 8; piece += 1) expect((await reader?.read())?.done).toBe(false);
    await reader?.cancel();
  });

  it('never comes', async () => {
    const simulator = await withFault({ endpoint: 'user_info', action: { type: 'hang' } });
    const first = await Promise.race([userInfo(simulator, 'x').catch(() => 'cut'), wait(150, 'nothing')]);
    expect(first).toBe('nothing');
  });

  it('comes late', async () => {
    const simulator = await withFault({ endpoint: 'user_info', delay_ms: 120 });
    const begin = performance.now();
    expect((await userInfo(simulator, 'x')).status).toBe(401);
    expect(performance.now() - begin).toBeGreaterThan(110);
  });
});

describe('a connection that breaks', () => {
  it('before the request is carried out leaves everything as it was', async () => {
    const simulator = await withFault({ endpoint: 'token.refresh', action: { type: 'drop' } });
    const { refresh_token } = await connect(simulator, 'ada');
    expect(await failed(refresh(simulator, refresh_token))).toBe(true);
    expect((await tokensOf(await refresh(simulator, refresh_token))).token_type).toBe('Bearer');
  });

  it('after the request was carried out loses the answer, and the refresh token is used up', async () => {
    const simulator = await withFault({ endpoint: 'token.refresh', when: 'after', action: { type: 'drop' } });
    const { refresh_token } = await connect(simulator, 'ada');
    expect(await failed(refresh(simulator, refresh_token))).toBe(true);
    expect(await json(refresh(simulator, refresh_token))).toMatchObject({ error: 'invalid_grant' });
  });

  it('can be preceded by a gateway error for a request that was carried out', async () => {
    const simulator = await withFault({ endpoint: 'revoke', when: 'after', action: { type: 'html' } });
    const { access_token } = await connect(simulator, 'ada');
    expect((await revoke(simulator, access_token)).status).toBe(502);
    expect((await userInfo(simulator, access_token)).status).toBe(401);
  });
});

describe('a transformed answer', () => {
  async function transformedToken(action: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
    const simulator = await withFault({ endpoint: 'token.code', action: { type: 'transform', ...action } });
    const code = (await approve(simulator, 'ada')).searchParams.get('code');
    return z.record(z.string(), z.unknown()).parse(await json(exchange(simulator, code)));
  }

  it('lacks fields', async () => {
    expect(await transformedToken({ delete: ['expires_in', 'refresh_expires_in'] })).toMatchObject({ token_type: 'Bearer' });
    expect(Object.keys(await transformedToken({ delete: ['expires_in'] }))).not.toContain('expires_in');
  });

  it.each([
    { set: { expires_in: '86400' } },
    { set: { expires_in: -1, refresh_expires_in: null } },
    { set: { open_id: '-000SomebodyElse' } },
    { set: { scope: 'user.info.basic,video.publish,video.upload' } },
    { set: { token_type: 'mac' } },
    { set: { access_token: 12 } },
    { set: { extra: { deep: [1] } } },
  ])('has other values: %j', async ({ set }) => {
    expect(await transformedToken({ set })).toMatchObject(set);
  });

  it('is changed deep inside, in lists too, with another status and header', async () => {
    const action = {
      type: 'transform',
      set: { 'data.user.open_id': '-000SomebodyElse', 'data.list.0.id': 1 },
      delete: ['data.user.display_name'],
      status: 206,
      headers: { 'x-odd': 'yes' },
    };
    const simulator = await withFault({ endpoint: 'user_info', action });
    const response = await userInfo(simulator, (await connect(simulator, 'ada')).access_token);
    expect([response.status, response.headers.get('x-odd')]).toEqual([206, 'yes']);
    expect(await response.json()).toMatchObject({ data: { user: { open_id: '-000SomebodyElse' }, list: { 0: { id: 1 } } } });
  });
});
