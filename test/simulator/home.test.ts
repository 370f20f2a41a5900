import { describe, expect, it } from 'vitest';
import { connect, control, userInfo } from './driver.ts';
import { simulatorControl } from '../support/simulator-control.ts';
import { fileSource, openPoster, put } from './posting.ts';
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

  it('shows what was posted, and lets a person post a draft from the inbox', async () => {
    const simulator = await startedSimulator();
    await simulatorControl(simulator.url).withoutWaiting();
    const emi = await openPoster(simulator, 'emi');
    expect(await (await fetch(simulator.url)).text()).toContain('Nothing was posted yet.');
    const { data } = await emi.ask('inbox/video/init', { post_info: { title: 'A <draft>' }, source_info: fileSource(10) });
    await put(data.upload_url, new Uint8Array(10));
    const page = await (await fetch(simulator.url)).text();
    expect(page).toContain('A &lt;draft&gt;');
    expect(page).toContain('SEND_TO_USER_INBOX');
    const after = await (await press(`${simulator.url}/_simulator/tap`, { publish_id: data.publish_id ?? '' })).text();
    expect(after).toContain('PUBLISH_COMPLETE');
    expect(after).not.toContain('Post it');
    await press(`${simulator.url}/_simulator/tap`, { publish_id: 'none' });
    expect(await simulatorControl(simulator.url).countPosts()).toBe(1);
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
