import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase } from '../../support/test-postgres.ts';
import { opening, run } from './command-line.ts';
import { openInstallation, type Installation } from './installation.ts';

let installation: Installation;

beforeAll(async () => {
  installation = await openInstallation();
});

afterAll(async () => {
  await installation.close();
});

test('copies between two databases given by their addresses, and a second time nothing', async () => {
  await installation.connect('first-account');
  await installation.connect('second-account');
  const elsewhere = await createTestDatabase();
  const copy = async () => run(opening(installation.toolbox), 'copy-events', '--from', installation.url, '--to', elsewhere.url, '--json');

  const first = await copy();
  expect([first.exitCode, first.document()]).toEqual([0, { copied: 2, events: 2, streams: 2 }]);
  const again = await copy();
  expect([again.exitCode, again.document()]).toEqual([0, { copied: 0, events: 2, streams: 2 }]);

  await elsewhere.drop();
});

test.each([
  [['--from', 'mysql://u:hidden@host/db', '--to', 'eventstoredb'], /^--from takes the address of a store, postgres:\/\//],
  [['--from', 'postgres', '--to', ''], /^--to takes the address of a store/],
  [['--from', 'postgres://u:hidden@host/db', '--to', 'postgres://u:hidden@host/db'], /name the same store/],
  [['--from', 'postgres://u:hidden@host/db', '--to', 'esdb://u:hidden@host:2113?nonsense=1'], /^The address of a store to copy has an option/],
  [['--from', 'postgres', '--to', 'postgres://u:hidden@host/db'], /There is no postgres here/],
])('refuses %j as wrong use without quoting an address', async (argv, sentence) => {
  const { exitCode, err: errors } = await run(opening(installation.toolbox), 'copy-events', ...argv);
  expect([exitCode, errors.join('\n')]).toEqual([2, expect.stringMatching(sentence)]);
  expect(errors.join('\n')).not.toContain('hidden');
});
