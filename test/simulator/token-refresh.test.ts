import { describe, expect, it } from 'vitest';
import { simulatedApp, type SimulatedApp, type Simulator } from '../../simulator/simulator.ts';
import { connect, control, refresh, tokensOf, userInfo } from './driver.ts';
import { startedSimulator } from './running-simulator.ts';

const withApp = (overrides: Partial<SimulatedApp>): Promise<Simulator> => startedSimulator({ apps: [simulatedApp(overrides)] });

const refused = { error: 'invalid_grant', error_description: 'Refresh token is invalid or expired.' };

async function expectRefused(simulator: Simulator, token: string): Promise<void> {
  const response = await refresh(simulator, token);
  expect([response.status, await response.json()]).toMatchObject([200, refused]);
}

describe('a refresh', () => {
  it('hands out a new pair, and the old refresh token dies at once', async () => {
    const simulator = await startedSimulator();
    const first = await connect(simulator, 'ada');
    const second = await tokensOf(await refresh(simulator, first.refresh_token));
    expect(second.access_token).not.toBe(first.access_token);
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect(second.open_id).toBe(first.open_id);
    await expectRefused(simulator, first.refresh_token);
    expect((await tokensOf(await refresh(simulator, second.refresh_token))).token_type).toBe('Bearer');
  });

  it('has one winner among many at the same moment', async () => {
    const simulator = await startedSimulator();
    const { refresh_token } = await connect(simulator, 'ada');
    const answers = await Promise.all(Array.from({ length: 20 }, async () => (await refresh(simulator, refresh_token)).json()));
    expect(answers.filter((answer) => JSON.stringify(answer).includes('act.'))).toHaveLength(1);
  });

  it('leaves the older access token alive until it expires', async () => {
    const simulator = await startedSimulator();
    const first = await connect(simulator, 'ada');
    await refresh(simulator, first.refresh_token);
    expect((await userInfo(simulator, first.access_token)).status).toBe(200);
  });

  it('counts the refresh lifetime from the consent', async () => {
    const simulator = await startedSimulator();
    const first = await connect(simulator, 'ada');
    await control(simulator, '/clock/advance', { seconds: 300 * 86_400 });
    const second = await tokensOf(await refresh(simulator, first.refresh_token));
    expect(second.refresh_expires_in).toBeLessThanOrEqual(65 * 86_400);
    await control(simulator, '/clock/advance', { seconds: 66 * 86_400 });
    await expectRefused(simulator, second.refresh_token);
  });

  it('can start the refresh lifetime anew', async () => {
    const simulator = await withApp({ refreshLifetimeRestarts: true });
    const first = await connect(simulator, 'ada');
    await control(simulator, '/clock/advance', { seconds: 300 * 86_400 });
    expect((await tokensOf(await refresh(simulator, first.refresh_token))).refresh_expires_in).toBe(31_536_000);
  });

  it('can have the lifetimes of the newer pages', async () => {
    const simulator = await withApp({ lifetimes: { codeSeconds: 600, accessTokenSeconds: 7200, refreshTokenSeconds: 15_552_000 } });
    expect(await connect(simulator, 'ada')).toMatchObject({ expires_in: 7200, refresh_expires_in: 15_552_000 });
  });

  it("is refused with another app's key", async () => {
    const other = simulatedApp({ clientKey: 'awsimulated00002' });
    const simulator = await startedSimulator({ apps: [simulatedApp(), other] });
    const { refresh_token } = await connect(simulator, 'ada');
    expect(await (await refresh(simulator, refresh_token, { client_key: other.clientKey })).json()).toMatchObject(refused);
  });

  it('is refused with an access token, an unknown token and after the person took the permission back', async () => {
    const simulator = await startedSimulator();
    const { access_token, refresh_token } = await connect(simulator, 'ada');
    await expectRefused(simulator, access_token);
    await expectRefused(simulator, 'rft.SIMunknown');
    await control(simulator, '/grants/revoke', { account: 'ada' });
    await expectRefused(simulator, refresh_token);
  });

  it('is refused as malformed without a token', async () => {
    const simulator = await startedSimulator();
    expect(await (await refresh(simulator, '')).json()).toMatchObject({ error: 'invalid_request' });
  });

  it('loses the scopes the person has unticked since', async () => {
    const simulator = await startedSimulator();
    const { refresh_token } = await connect(simulator, 'ada');
    await control(simulator, '/grants/scopes', { account: 'ada', scopes: ['user.info.basic'] });
    expect((await tokensOf(await refresh(simulator, refresh_token))).scope).toBe('user.info.basic');
  });
});

describe('the rotation of refresh tokens', () => {
  it('"same" hands back the token it was given', async () => {
    const simulator = await withApp({ rotation: 'same' });
    const { refresh_token } = await connect(simulator, 'ada');
    expect((await tokensOf(await refresh(simulator, refresh_token))).refresh_token).toBe(refresh_token);
    expect((await tokensOf(await refresh(simulator, refresh_token))).refresh_token).toBe(refresh_token);
  });

  it('"rotate-grace" takes the old token for a while longer, counted from its first use', async () => {
    const simulator = await withApp({ rotation: 'rotate-grace', graceSeconds: 60 });
    const { refresh_token } = await connect(simulator, 'ada');
    await refresh(simulator, refresh_token);
    await control(simulator, '/clock/advance', { seconds: 50 });
    expect((await tokensOf(await refresh(simulator, refresh_token))).refresh_token).not.toBe(refresh_token);
    await control(simulator, '/clock/advance', { seconds: 11 });
    await expectRefused(simulator, refresh_token);
  });

  it('"refuse" refuses every refresh, as sandbox apps were seen to', async () => {
    const simulator = await withApp({ rotation: 'refuse' });
    await expectRefused(simulator, (await connect(simulator, 'ada')).refresh_token);
  });
});
