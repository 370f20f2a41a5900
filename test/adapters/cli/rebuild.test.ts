import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ConnectionId } from '../../../src/domain/values/ids.ts';
import { opening, run } from './command-line.ts';
import { containing, matching } from './expected.ts';
import { openInstallation, type Installation } from './installation.ts';

let installation: Installation;
let id: ConnectionId;

const rebuild = (...argv: readonly string[]) => run(opening(installation.toolbox), 'rebuild', ...argv);
const names = async (): Promise<readonly string[]> => {
  const { rows } = await installation.pool.query<{ display_name: string }>('select display_name from public.user_tiktok_connections');
  return rows.map(({ display_name }) => display_name);
};

beforeAll(async () => {
  installation = await openInstallation();
  id = await installation.connect('open-1');
  await installation.project();
});
afterAll(() => installation.close());

describe('rebuild', () => {
  test('makes the rows anew from the history, and shows how far it is', async () => {
    await installation.tamper(`update public.user_tiktok_connections set display_name = 'Eve' where id = $1`, id);
    const { exitCode, out, drawn } = await rebuild('connections');
    expect([exitCode, out]).toEqual([0, ['Rebuilt connections from 1 event.']]);
    expect(drawn).toContain('Rebuilding connections: putting it in place, 1 event …');
    expect(drawn.at(-1)).toBe('');
    expect(await names()).toEqual(['Name of open-1']);
  });

  test('rebuilds every projection when none is named', async () => {
    const ran = await rebuild('--json');
    expect([ran.exitCode, ran.document()]).toEqual([0, { rebuilt: [{ name: 'connections', events: 1 }, { name: 'publications', events: 0 }, { name: 'work', events: 1 }] }]);
  });

  test('with --dry-run says what it would do and does nothing', async () => {
    await installation.tamper(`update public.user_tiktok_connections set display_name = 'Eve' where id = $1`, id);
    const { exitCode, out } = await rebuild('connections', '--dry-run');
    expect([exitCode, out]).toEqual([0, [matching(/^Would build connections anew/)]]);
    expect((await rebuild('--dry-run', '--json')).document()).toEqual({ projections: ['connections', 'publications', 'work'], dry_run: true });
    expect(await names()).toEqual(['Eve']);
  });

  test.each([[[]], [['--dry-run']]])('refuses a projection that does not exist as wrong use (%s)', async (options) => {
    const { exitCode, err } = await rebuild('everything', ...options);
    expect([exitCode, err]).toEqual([2, [containing('choose from connections, publications, work')]]);
  });

  test('says that it was interrupted, and that readers keep what they had', async () => {
    const signal = AbortSignal.abort();
    const { exitCode, err } = await run({ ...opening(installation.toolbox), signal }, 'rebuild', 'connections');
    expect([exitCode, err]).toEqual([3, [matching(/interrupted; readers keep the rows/)]]);
    expect(await names()).toHaveLength(1);
    expect((await rebuild('connections')).exitCode).toBe(0);
  });
});

test('verify says that it was interrupted rather than that all is well', async () => {
  const signal = AbortSignal.abort();
  for (const argv of [[], ['--connection', id]]) {
    const { exitCode, out, err } = await run({ ...opening(installation.toolbox), signal }, 'verify', ...argv);
    expect([exitCode, out, err]).toEqual([3, [], [containing('Interrupted before the end')]]);
  }
});
