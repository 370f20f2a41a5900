import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { ConnectionId } from '../../../src/domain/values/ids.ts';
import { opening, run } from './command-line.ts';
import { aTime, matching } from './expected.ts';
import { openInstallation, type Installation } from './installation.ts';

let installation: Installation;
let id: ConnectionId;
const securityLog = (...argv: readonly string[]) => run(opening(installation.toolbox), 'security-log', ...argv);

beforeAll(async () => {
  installation = await openInstallation();
  id = await installation.connect('open-1');
  await run(opening(installation.toolbox), 'history', id);
  await run(opening(installation.toolbox), 'keys', 'create', '--name', 'backend', '--scopes', 'audit:read');
});
afterAll(() => installation.close());

test('shows who did what, oldest first', async () => {
  const ran = await securityLog();
  expect([ran.exitCode, ran.err]).toEqual([0, []]);
  expect(ran.out[0]).toMatch(new RegExp(`^1 {2}\\S+Z {2}history_read by cli, connection ${id}$`));
  expect(ran.out[2]).toMatch(/^2 {2}\S+Z {2}api_key_created by cli$/);
});

test('prints one document in the shape of the contract, page by page', async () => {
  const ran = await securityLog('--limit', '1', '--json');
  expect(ran.document()).toEqual({
    data: [{ id: '1', at: aTime, kind: 'history_read', principal: 'cli', connection_id: id, detail: { stream: `tiktok_connection-${id}` } }],
    next_after: '1',
  });
  expect((await securityLog('--limit', '1')).err).toEqual(['More entries follow: go on with --after 1.']);
  const rest = z.object({ data: z.array(z.object({ kind: z.string() })), next_after: z.null() }).parse((await securityLog('--after', '1', '--json')).document());
  expect(rest.data).toEqual([{ kind: 'api_key_created' }]);
});

test('can be about one connection', async () => {
  const page = (await securityLog('--connection', id, '--json')).document();
  expect(page).toMatchObject({ data: [{ connection_id: id }], next_after: null });
});

test.each([
  [['--limit', '201'], /--limit/],
  [['--after', 'x'], /--after/],
  [['--connection', 'x'], /UUID/],
])('refuses %j', async (argv, sentence) => {
  const ran = await securityLog(...argv);
  expect([ran.exitCode, ran.err[0]]).toEqual([2, matching(sentence)]);
});
