import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const lines = join(resolve(import.meta.dirname, '../..'), 'src/composition/lines.ts');

/** Writes a line and flushes it when told to, then ends. */
const program = `
  import { openLines } from ${JSON.stringify(lines)};
  const log = openLines();
  process.stdin.once('data', () => {
    log.write('the last line\\n');
    log.flushSync();
    process.exit(0);
  });`;

const start = () => spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: ['pipe', 'pipe', 'inherit'] });

test('the last lines are written before the process ends', async () => {
  const child = start();
  child.stdin.write('now');
  const read: string[] = [];
  child.stdout.on('data', (text: Buffer) => read.push(text.toString()));
  expect([await once(child, 'close'), read]).toEqual([[0, null], ['the last line\n']]);
});

test('a process whose log nobody reads any more ends all the same', async () => {
  const child = start();
  const ended = once(child, 'exit');
  child.stdout.destroy();
  await once(child.stdout, 'close');
  child.stdin.write('now');
  try {
    expect(await Promise.race([ended, once(AbortSignal.timeout(20_000), 'abort').then(() => 'still runs')])).toEqual([0, null]);
  } finally {
    child.kill('SIGKILL');
  }
});
