import { describe, expect, it } from 'vitest';
import { simulatedApp } from '../../simulator/simulator.ts';
import { connect, control, refresh, revoke, userInfo } from './driver.ts';
import { startedSimulator } from './running-simulator.ts';

describe('a revocation', () => {
  it('ends the whole grant: every access and refresh token of it', async () => {
    const simulator = await startedSimulator();
    const older = await connect(simulator, 'ada');
    const newer = await connect(simulator, 'ada');
    expect((await revoke(simulator, newer.access_token)).status).toBe(200);
    for (const tokens of [older, newer]) {
      expect((await userInfo(simulator, tokens.access_token)).status).toBe(401);
      expect(await (await refresh(simulator, tokens.refresh_token)).json()).toMatchObject({ error: 'invalid_grant' });
    }
    expect(await control(simulator, '/grants')).toMatchObject({ grants: [{ account: 'ada', status: 'revoked', revoked_by: 'app' }] });
  });

  it('leaves other accounts alone', async () => {
    const simulator = await startedSimulator();
    const ada = await connect(simulator, 'ada');
    const bruno = await connect(simulator, 'bruno');
    await revoke(simulator, ada.access_token);
    expect((await userInfo(simulator, bruno.access_token)).status).toBe(200);
  });

  it('is over when the person consents again, but only for the new tokens', async () => {
    const simulator = await startedSimulator();
    const before = await connect(simulator, 'ada');
    await revoke(simulator, before.access_token);
    const after = await connect(simulator, 'ada');
    expect((await userInfo(simulator, after.access_token)).status).toBe(200);
    expect((await userInfo(simulator, before.access_token)).status).toBe(401);
    expect(await (await refresh(simulator, before.refresh_token)).json()).toMatchObject({ error: 'invalid_grant' });
  });

  it.each([
    { body: 'empty', text: '' },
    { body: 'object', text: '{}' },
  ])('is answered with a body that is $body', async ({ body, text }) => {
    const simulator = await startedSimulator();
    await control(simulator, '/settings', { revoke_body: body }, 'PATCH');
    const response = await revoke(simulator, (await connect(simulator, 'ada')).access_token);
    expect([response.status, await response.text()]).toEqual([200, text]);
  });

  it('is refused with a wrong secret, a refresh token, an expired token, no token and another app', async () => {
    const other = simulatedApp({ clientKey: 'awsimulated00002' });
    const simulator = await startedSimulator({ apps: [simulatedApp(), other] });
    const tokens = await connect(simulator, 'ada');
    const errorOf = async (response: Promise<Response>): Promise<unknown> => (await response).json();
    expect(await errorOf(revoke(simulator, tokens.access_token, { client_secret: 'simulated-wrong-secret' }))).toMatchObject({
      error: 'invalid_client',
    });
    expect(await errorOf(revoke(simulator, tokens.refresh_token))).toMatchObject({ error: 'invalid_grant' });
    expect(await errorOf(revoke(simulator, ''))).toMatchObject({ error: 'invalid_request' });
    expect(await errorOf(revoke(simulator, tokens.access_token, { client_key: other.clientKey }))).toMatchObject({
      error: 'invalid_grant',
    });
    expect((await userInfo(simulator, tokens.access_token)).status).toBe(200);
    await control(simulator, '/clock/advance', { seconds: 86_401 });
    expect(await errorOf(revoke(simulator, tokens.access_token))).toMatchObject({ error: 'invalid_grant' });
  });
});
