import { describe, expect, it } from 'vitest';
import type { Simulator } from '../../simulator/simulator.ts';
import { approve, control, exchange, refresh, tokensOf, userInfo } from './driver.ts';
import { openPoster, put } from './posting.ts';
import { startedSimulator } from './running-simulator.ts';

/** The texts of a whole round of calls. */
async function round(simulator: Simulator): Promise<readonly string[]> {
  await control(simulator, '/clock', { frozen: true, now: '2027-01-01T00:00:00Z' }, 'PATCH');
  const callback = await approve(simulator, 'ada');
  const exchanged = await exchange(simulator, callback.searchParams.get('code'));
  const text = await exchanged.clone().text();
  const tokens = await tokensOf(exchanged);
  const info = await (await userInfo(simulator, tokens.access_token, 'open_id,display_name,avatar_url')).text();
  const refreshed = await (await refresh(simulator, tokens.refresh_token)).text();
  const poster = await openPoster(simulator, 'bruno');
  const begun = await poster.init(10);
  await put(begun.data.upload_url, new Uint8Array(10));
  const { text: status } = await poster.status(begun.data.publish_id ?? '');
  const origin = new RegExp(simulator.url, 'g');
  return [callback.href, text, info.replace(origin, ''), refreshed, begun.text.replace(origin, ''), status, JSON.stringify(await control(simulator, '/accounts'))];
}

describe('a seed', () => {
  it('decides every id, code, token, log id and order of keys', async () => {
    const [first, second] = await Promise.all([startedSimulator({ seed: 'one' }), startedSimulator({ seed: 'one' })]);
    expect(await round(second)).toEqual(await round(first));
  });

  it('is told apart from another by its tokens, not by its open_ids', async () => {
    const [first, second] = await Promise.all([startedSimulator({ seed: 'one' }), startedSimulator({ seed: 'two' })]);
    const [one, two] = [await round(first), await round(second)];
    const openId = (text: string | undefined): string | undefined => /"open_id":"([^"]+)"/.exec(text ?? '')?.[1];
    expect(two[1]).not.toBe(one[1]);
    expect(openId(two[1])).toBe(openId(one[1]));
  });
});
