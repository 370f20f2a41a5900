import { describe, expect, it } from 'vitest';
import { connect, control, userInfo } from './driver.ts';
import { startedSimulator } from './running-simulator.ts';

const press = (address: string, fields: Readonly<Record<string, string>>): Promise<Response> =>
  fetch(address, { method: 'POST', body: new URLSearchParams(fields) });

describe("the page at the simulator's own address", () => {
  it('shows who allowed what, and the latest calls', async () => {
    const simulator = await startedSimulator();
    expect(await (await fetch(simulator.url)).text()).toContain('Nobody has allowed an app anything yet.');
    await connect(simulator, 'chidi');
    const page = await (await fetch(simulator.url)).text();
    expect(page).toContain('Chidi &lt;Runs&gt; &amp; Rests');
    expect(page).toContain('POST /v2/oauth/token/');
  });

  it('lets a person take a permission back', async () => {
    const simulator = await startedSimulator();
    const { access_token } = await connect(simulator, 'ada');
    const page = await (await press(`${simulator.url}/_simulator/revoke`, { client_key: simulator.app.clientKey, account: 'ada' })).text();
    expect(page).toContain('Nobody has allowed an app anything yet.');
    expect((await userInfo(simulator, access_token)).status).toBe(401);
  });

  it('moves the clock', async () => {
    const simulator = await startedSimulator();
    await control(simulator, '/clock', { frozen: true, now: '2027-01-01T00:00:00Z' }, 'PATCH');
    expect(await (await press(`${simulator.url}/_simulator/advance`, { seconds: '86400' })).text()).toContain(
      '2027-01-02 00:00:00 UTC (frozen)',
    );
  });

  it('does nothing for a form it does not understand', async () => {
    const simulator = await startedSimulator();
    const { access_token } = await connect(simulator, 'ada');
    await press(`${simulator.url}/_simulator/revoke`, { account: 'ada' });
    await press(`${simulator.url}/_simulator/advance`, { seconds: 'many' });
    expect((await userInfo(simulator, access_token)).status).toBe(200);
  });
});
