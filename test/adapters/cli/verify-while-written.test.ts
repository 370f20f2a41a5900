import { expect, test } from 'vitest';
import { opening, run } from './command-line.ts';
import { openInstallation } from './installation.ts';

test('verify finds nothing while people connect and disconnect, and projectors and a rebuild write', async () => {
  const installation = await openInstallation();
  const { stop } = installation.keepProjecting();
  let written = 0;
  let over = false;
  const writer = async (name: string): Promise<void> => {
    for (let round = 0; !over; round += 1) {
      const id = await installation.connect(`open-${name}-${round % 5}`, `user-${name}`);
      if (round % 3 === 0) await installation.disconnect(id);
      written += 1;
    }
  };
  const writers = ['a', 'b', 'c'].map(writer);
  const checks = [];
  for (let round = 0; round < 6 || written < 100; round += 1) {
    if (round === 3) checks.push(await run(opening(installation.toolbox), 'rebuild', '--json'));
    checks.push(await run(opening(installation.toolbox), 'verify', '--json'));
  }
  over = true;
  await Promise.all(writers);
  await stop();
  await installation.close();
  const results = checks.map(({ exitCode, out, err }) => ({ exitCode, err, differs: out.join().includes('"ok":false') }));
  expect(results).toEqual(checks.map(() => ({ exitCode: 0, err: [], differs: false })));
  expect(written).toBeGreaterThanOrEqual(100);
});
