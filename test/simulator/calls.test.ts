import { describe, expect, it } from 'vitest';
import { approve, connect, control, exchange, refresh, userInfo } from './driver.ts';
import { startedSimulator } from './running-simulator.ts';

describe('the record of calls', () => {
  it('tells what was asked, by whom, and what it was answered', async () => {
    const simulator = await startedSimulator();
    const { access_token } = await connect(simulator, 'ada');
    await userInfo(simulator, access_token);
    expect(await control(simulator, '/calls')).toMatchObject({
      count: 2,
      calls: [
        {
          endpoint: 'token.code',
          method: 'POST',
          path: '/v2/oauth/token/',
          client_key: 'awsimulated00001',
          account: 'ada',
          parameters: { grant_type: 'authorization_code' },
          processed: true,
          status: 200,
          error: null,
          fault: null,
        },
        {
          endpoint: 'user_info',
          method: 'GET',
          account: 'ada',
          headers: { authorization: `Bearer ${access_token}` },
          parameters: { fields: 'open_id,display_name' },
          status: 200,
        },
      ],
    });
  });

  it('tells errors and faults', async () => {
    const simulator = await startedSimulator();
    await control(simulator, '/faults', { endpoint: 'user_info', action: { type: 'drop' } });
    await userInfo(simulator, 'x').catch(() => null);
    await exchange(simulator, 'unknown');
    await fetch(`${simulator.apiUrl}/v2/user/info?fields=open_id`);
    expect(await control(simulator, '/calls')).toMatchObject({
      calls: [
        { endpoint: 'user_info', processed: false, status: null, fault: { id: 1, action: 'drop' } },
        { endpoint: 'token.code', status: 200, error: 'invalid_grant' },
        { endpoint: 'unknown', path: '/v2/user/info', status: 404 },
      ],
    });
  });

  it('can be filtered, counted, read from a place on, and cleared', async () => {
    const simulator = await startedSimulator();
    const ada = await connect(simulator, 'ada');
    await connect(simulator, 'bruno');
    await userInfo(simulator, ada.access_token);
    expect(await control(simulator, '/calls?endpoint=token&account=bruno')).toMatchObject({ count: 1, calls: [{ id: 2 }] });
    expect(await control(simulator, '/calls?after=1&limit=1')).toMatchObject({ count: 2, calls: [{ id: 2 }] });
    expect(await control(simulator, '/calls/count')).toEqual({
      count: 3,
      endpoints: { 'token.code': { count: 2, max_in_flight: 1 }, user_info: { count: 1, max_in_flight: 1 } },
    });
    await control(simulator, '/calls', undefined, 'DELETE');
    expect(await control(simulator, '/calls')).toEqual({ count: 0, calls: [] });
  });

  it('tells how many calls were under way at once', async () => {
    const simulator = await startedSimulator();
    await control(simulator, '/faults', { endpoint: 'token.refresh', times: null, delay_ms: 60 });
    const { refresh_token } = await connect(simulator, 'ada');
    await Promise.all([1, 2, 3].map(() => refresh(simulator, refresh_token)));
    expect(await control(simulator, '/calls/count?endpoint=token.refresh')).toMatchObject({
      endpoints: { 'token.refresh': { count: 3, max_in_flight: 3 } },
    });
  });

  it('shows a call that hangs as pending', async () => {
    const simulator = await startedSimulator();
    await control(simulator, '/faults', { endpoint: 'user_info', action: { type: 'hang' } });
    const hanging = userInfo(simulator, 'x').catch(() => 'cut');
    await expect
      .poll(() => control(simulator, '/calls?pending=true'))
      .toMatchObject({ count: 1, calls: [{ endpoint: 'user_info', status: null }] });
    await simulator.stop();
    expect(await hanging).toBe('cut');
  });

  it('holds forms, JSON and queries alike', async () => {
    const simulator = await startedSimulator();
    await approve(simulator, 'ada');
    await fetch(`${simulator.apiUrl}/v2/video/list/?fields=id`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"max_count":3}',
    });
    await fetch(`${simulator.apiUrl}/v2/video/list/?fields=id`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"max',
    });
    expect(await control(simulator, '/calls')).toMatchObject({
      calls: [{ parameters: { fields: 'id', max_count: 3 } }, { parameters: { fields: 'id', body: '{"max' } }],
    });
  });
});
