import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { outliveReaders } from '../../src/composition/outlive-readers.ts';
import { checkout, temporaryDirectory } from '../support/service-process.ts';

type Output = 'stdout' | 'stderr';

/** Runs a command line whose reader is gone before it writes. */
const runUnread = async (unread: Output, args: readonly string[]) => {
  const cwd = await temporaryDirectory();
  const child = spawn(process.execPath, [join(checkout, 'src/main.ts'), ...args], { cwd: cwd.path, stdio: ['ignore', 'pipe', 'pipe'] });
  child[unread].destroy();
  const other = text(unread === 'stdout' ? child.stderr : child.stdout);
  const code = await once(child, 'exit').then(([given]: readonly unknown[]) => given);
  await cwd.remove();
  return { code, other: await other };
};

describe('a command whose reader left early', () => {
  test.each([
    ['stdout', ['--help'], 0],
    ['stderr', ['unheard-of'], 2],
  ] as const)('ends with its own exit code and no complaint when it was reading %s', async (unread, args, code) => {
    expect(await runUnread(unread, args)).toEqual({ code, other: '' });
  });

  test('still fails when its output cannot be written for another reason', () => {
    const output = new PassThrough();
    outliveReaders(output);
    expect(() => output.emit('error', Object.assign(new Error('no space left'), { code: 'ENOSPC' }))).toThrow('no space left');
  });
});
