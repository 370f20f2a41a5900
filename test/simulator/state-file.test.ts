import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSimulator } from '../../simulator/simulator.ts';
import { approve, connect, control, exchange, refresh, tokensOf, userInfo } from './driver.ts';
import { startedSimulator } from './running-simulator.ts';

let folder = '';
let stateFile = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'simulator-'));
  stateFile = join(folder, 'inner', 'state.json');
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('a simulator with a state file', () => {
  it('knows its grants, tokens, codes, accounts, settings and clock after a restart', async () => {
    const first = await startedSimulator({ stateFile });
    await control(first, '/clock', { now: '2031-01-01T00:00:00Z', frozen: true }, 'PATCH');
    const tokens = await connect(first, 'ada');
    const code = (await approve(first, 'bruno')).searchParams.get('code');
    await control(first, '/accounts/ada', { display_name: 'Ada Renamed' }, 'PATCH');
    await control(first, '/settings', { shuffle_keys: false }, 'PATCH');
    await control(first, '/clock/advance', { seconds: 60 });
    await first.stop();

    const second = await startedSimulator({ stateFile });
    expect(await control(second, '/clock')).toMatchObject({ now: '2031-01-01T00:01:00.000Z', frozen: true });
    expect(await control(second, '/settings')).toMatchObject({ shuffle_keys: false });
    expect(await (await userInfo(second, tokens.access_token)).json()).toMatchObject({ data: { user: { display_name: 'Ada Renamed' } } });
    expect((await tokensOf(await refresh(second, tokens.refresh_token))).open_id).toBe(tokens.open_id);
    expect((await tokensOf(await exchange(second, code))).token_type).toBe('Bearer');
  });

  it('has stored a token before it answers it', async () => {
    const simulator = await startedSimulator({ stateFile });
    const tokens = await connect(simulator, 'ada');
    expect(await readFile(stateFile, 'utf8')).toContain(tokens.refresh_token);
    const next = await tokensOf(await refresh(simulator, tokens.refresh_token));
    const text = await readFile(stateFile, 'utf8');
    expect(text).toContain(next.refresh_token);
    expect(text).not.toContain(tokens.refresh_token);
  });

  it('still refuses a used refresh token after a restart, and never issues a token twice', async () => {
    const first = await startedSimulator({ stateFile });
    const tokens = await connect(first, 'ada');
    const next = await tokensOf(await refresh(first, tokens.refresh_token));
    await first.stop();
    const second = await startedSimulator({ stateFile });
    expect(await (await refresh(second, tokens.refresh_token)).json()).toMatchObject({ error: 'invalid_grant' });
    const later = await tokensOf(await refresh(second, next.refresh_token));
    expect(new Set([tokens, next, later].flatMap(({ access_token, refresh_token }) => [access_token, refresh_token])).size).toBe(6);
  });

  it('stores many changes at once', async () => {
    const first = await startedSimulator({ stateFile });
    const accounts = Array.from({ length: 40 }, (_, index) => ({
      id: `many${index}`,
      username: `many${index}`,
      display_name: `Many ${index}`,
    }));
    await control(first, '/accounts', accounts);
    const all = await Promise.all(accounts.map(({ id }) => connect(first, id)));
    await first.stop();
    const second = await startedSimulator({ stateFile });
    const statuses = await Promise.all(all.map(async ({ access_token }) => (await userInfo(second, access_token)).status));
    expect(new Set(statuses)).toEqual(new Set([200]));
  });

  it('keeps the file to itself', async () => {
    await startedSimulator({ stateFile });
    expect((await stat(stateFile)).mode & 0o777).toBe(0o600);
  });

  it('answers nothing it could not store', async () => {
    const simulator = await startedSimulator({ stateFile });
    const code = (await approve(simulator, 'ada')).searchParams.get('code');
    await rm(join(folder, 'inner'), { recursive: true });
    await writeFile(join(folder, 'inner'), 'in the way');
    expect((await exchange(simulator, code)).status).toBe(500);
  });

  it('refuses a file that is not one of its own, or of another seed', async () => {
    await startedSimulator({ stateFile });
    await expect(startSimulator({ stateFile, seed: 'other', quiet: true })).rejects.toThrow('was made with the seed "simulator"');
    await writeFile(stateFile, '{"version":1}');
    await expect(startSimulator({ stateFile, quiet: true })).rejects.toThrow("can't be read as one of this simulator");
    await writeFile(stateFile, 'text');
    await expect(startSimulator({ stateFile, quiet: true })).rejects.toThrow("can't be read as one of this simulator");
    await expect(startSimulator({ stateFile: folder, quiet: true })).rejects.toThrow('EISDIR');
  });
});
