import { execFile } from 'node:child_process';
import { expect, test } from 'vitest';
import { withinProcessorSeconds } from '../../../src/adapters/media/probe/limited-process.ts';

type Ended = Readonly<{ signal: string | null; code: number | null; output: string }>;

const run = (script: string, ...more: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const { program, args } = withinProcessorSeconds(1, { program: process.execPath, args: ['--eval', script, '--', ...more] });
    const child = execFile(program, args, { env: {} }, (_, output) => resolve({ signal: child.signalCode, code: child.exitCode, output }));
  });

test('a program that uses more processor time than it may is ended', async () => {
  const { code, signal } = await run('for (;;);');
  expect(code).toBeNull();
  expect(['SIGXCPU', 'SIGKILL']).toContain(signal);
});

test('a program that only waits for longer goes on to its end, with its arguments as they were', async () => {
  const odd = `a "b" $(c) 'd'`;
  expect(await run('setTimeout(() => process.stdout.write(process.argv.at(-1)), 1_500)', odd)).toEqual({ code: 0, signal: null, output: odd });
});
