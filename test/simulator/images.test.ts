import { describe, expect, it } from 'vitest';
import type { Simulator } from '../../simulator/simulator.ts';
import { connect, control, userInfo } from './driver.ts';
import { startedSimulator } from './running-simulator.ts';

async function avatarOf(simulator: Simulator, accessToken: string): Promise<URL> {
  const text = await (await userInfo(simulator, accessToken, 'avatar_url')).text();
  return new URL(/"avatar_url":"([^"]+)"/.exec(text)?.[1] ?? '');
}

describe('an avatar', () => {
  it('is a picture at a signed address that changes its query, not its path', async () => {
    const simulator = await startedSimulator();
    const { access_token } = await connect(simulator, 'chidi');
    const [first, second] = [await avatarOf(simulator, access_token), await avatarOf(simulator, access_token)];
    expect(second.pathname).toBe(first.pathname);
    expect(second.search).not.toBe(first.search);
    const picture = await fetch(first);
    expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
    expect(await picture.text()).toMatch(/^<svg [^>]*width="168"/);
  });

  it('changes its path when the person changes the picture', async () => {
    const simulator = await startedSimulator();
    const { access_token } = await connect(simulator, 'ada');
    const before = await avatarOf(simulator, access_token);
    await control(simulator, '/accounts/ada', { avatar_version: 2 }, 'PATCH');
    expect((await avatarOf(simulator, access_token)).pathname).not.toBe(before.pathname);
  });

  it('is refused with another signature, for another account, and once its time is over', async () => {
    const simulator = await startedSimulator();
    const url = await avatarOf(simulator, (await connect(simulator, 'ada')).access_token);
    const later = new URL(url);
    later.searchParams.set('x-expires', '4102444800');
    expect((await fetch(later)).status).toBe(403);
    expect((await fetch(url.href.replace('/ada/', '/bruno/'))).status).toBe(403);
    await control(simulator, '/clock/advance', { seconds: 3 * 86_400 });
    expect((await fetch(url)).status).toBe(403);
  });

  it('cannot smuggle a name into the picture', async () => {
    const simulator = await startedSimulator();
    await control(simulator, '/accounts', { id: 'odd', username: 'odd', display_name: '<&' });
    const picture = await (await fetch(await avatarOf(simulator, (await connect(simulator, 'odd')).access_token))).text();
    expect(picture).toContain('>&#60;</text>');
  });

  it('has an address under the public origin', async () => {
    const simulator = await startedSimulator({ publicUrl: 'https://simulator.example' });
    expect(simulator.authorizeUrl).toBe('https://simulator.example/v2/auth/authorize/');
    expect((await avatarOf(simulator, (await connect(simulator, 'ada')).access_token)).origin).toBe('https://simulator.example');
  });
});
