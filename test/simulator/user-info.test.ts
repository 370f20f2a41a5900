import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { simulatedApp } from '../../simulator/simulator.ts';
import { approve, connect, control, exchange, tokensOf, userInfo } from './driver.ts';
import { startedSimulator } from './running-simulator.ts';

const invalidToken = { code: 'access_token_invalid', message: 'The access token is invalid or not found in the request.' };
const scopeMissing = {
  code: 'scope_not_authorized',
  message: 'The user did not authorize the scope required for completing this request.',
};

describe('user info', () => {
  it('answers the fields asked for, and no others', async () => {
    const simulator = await startedSimulator();
    const tokens = await connect(simulator, 'ada');
    const response = await userInfo(simulator, tokens.access_token, 'open_id,display_name,username,is_verified');
    expect(await response.json()).toEqual({
      data: { user: { open_id: tokens.open_id, display_name: 'Ada Builds', username: 'ada.builds', is_verified: true } },
      error: { code: 'ok', message: '', log_id: response.headers.get('x-tt-logid') },
    });
  });

  it('has counts for those who may see them', async () => {
    const simulator = await startedSimulator();
    const tokens = await connect(simulator, 'ada', { scope: 'user.info.stats' });
    const response = await userInfo(simulator, tokens.access_token, 'follower_count,following_count,likes_count,video_count');
    expect(await response.json()).toMatchObject({ data: { user: { follower_count: 128_400, following_count: 212, video_count: 20 } } });
  });

  it('fails the whole call for one field outside the granted scopes', async () => {
    const simulator = await startedSimulator();
    const tokens = await connect(simulator, 'ada', {}, ['user.info.basic']);
    const response = await userInfo(simulator, tokens.access_token, 'open_id,username');
    expect([response.status, await response.json()]).toMatchObject([401, { error: scopeMissing }]);
  });

  it('fails when the person has unticked the scope since', async () => {
    const simulator = await startedSimulator();
    const tokens = await connect(simulator, 'ada');
    await control(simulator, '/grants/scopes', { account: 'ada', scopes: [] });
    expect((await userInfo(simulator, tokens.access_token)).status).toBe(401);
  });

  it.each(['', 'open_id,e_mail'])('refuses the fields "%s"', async (fields) => {
    const simulator = await startedSimulator();
    const tokens = await connect(simulator, 'ada');
    const response = await userInfo(simulator, tokens.access_token, fields);
    expect([response.status, await response.json()]).toMatchObject([400, { error: { code: 'invalid_params' } }]);
  });

  it('refuses unknown, missing and expired tokens, and those of an app', async () => {
    const simulator = await startedSimulator();
    const tokens = await connect(simulator, 'ada');
    const answer = async (response: Response): Promise<unknown> => [response.status, await response.json()];
    expect(await answer(await userInfo(simulator, 'act.SIMunknown'))).toMatchObject([401, { error: invalidToken }]);
    expect(await answer(await fetch(`${simulator.apiUrl}/v2/user/info/?fields=open_id`))).toMatchObject([401, { error: invalidToken }]);
    expect(await answer(await userInfo(simulator, tokens.refresh_token))).toMatchObject([401, { error: invalidToken }]);
    await control(simulator, '/clock/advance', { seconds: 86_400 });
    expect(await answer(await userInfo(simulator, tokens.access_token))).toMatchObject([401, { error: invalidToken }]);
  });

  it('shows one union_id to all apps of a developer', async () => {
    const apps = [
      simulatedApp(),
      simulatedApp({ clientKey: 'awsimulated00002' }),
      simulatedApp({ clientKey: 'awsimulated00003', developer: 'another-developer' }),
    ];
    const simulator = await startedSimulator({ apps });
    const [first, second, third] = await Promise.all(
      apps.map(async ({ clientKey }) => {
        const callback = await approve(simulator, 'ada', { client_key: clientKey });
        const tokens = await tokensOf(await exchange(simulator, callback.searchParams.get('code'), { client_key: clientKey }));
        return JSON.stringify(await (await userInfo(simulator, tokens.access_token, 'union_id')).json()).match(/"union_id":"([^"]+)"/)?.[1];
      }),
    );
    expect(first).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it('follows what the control endpoint changes about an account', async () => {
    const simulator = await startedSimulator();
    const tokens = await connect(simulator, 'ada');
    await control(simulator, '/accounts/ada', { display_name: 'Ada Builds More' }, 'PATCH');
    expect(await (await userInfo(simulator, tokens.access_token)).json()).toMatchObject({
      data: { user: { display_name: 'Ada Builds More' } },
    });
  });

  it.each([
    { empty_fields: 'kept', user: { bio_description: '', display_name: 'エミ' } },
    { empty_fields: 'omitted', user: { display_name: 'エミ' } },
  ])('has empty fields $empty_fields', async ({ empty_fields, user }) => {
    const simulator = await startedSimulator();
    await control(simulator, '/settings', { empty_fields }, 'PATCH');
    const tokens = await connect(simulator, 'emi');
    expect(await (await userInfo(simulator, tokens.access_token, 'bio_description,display_name')).json()).toMatchObject({ data: { user } });
    expect(
      JSON.stringify(await (await userInfo(simulator, tokens.access_token, 'bio_description')).json()).includes('bio_description'),
    ).toBe(empty_fields === 'kept');
  });

  it.each([
    { data_on_error: 'empty', keys: ['data', 'error'] },
    { data_on_error: 'missing', keys: ['error'] },
  ])('has its data $data_on_error on errors', async ({ data_on_error, keys }) => {
    const simulator = await startedSimulator();
    await control(simulator, '/settings', { data_on_error, shuffle_keys: false }, 'PATCH');
    const body = z.record(z.string(), z.unknown()).parse(await (await userInfo(simulator, 'act.SIMunknown')).json());
    expect(Object.keys(body)).toEqual(keys);
  });

  it('lists its keys in another order from call to call', async () => {
    const simulator = await startedSimulator();
    const tokens = await connect(simulator, 'ada');
    const orders = new Set<string>();
    for (let turn = 0; turn < 12; turn += 1) {
      const text = await (await userInfo(simulator, tokens.access_token, 'open_id,display_name,username')).text();
      orders.add([...text.matchAll(/"(open_id|display_name|username)":/g)].map(([, name]) => name).join());
    }
    expect(orders.size).toBeGreaterThan(2);
  });
});
