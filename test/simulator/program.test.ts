import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { readCommandLine } from '../../simulator/command-line.ts';

const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

async function started(args: readonly string[] = []): Promise<Readonly<{ child: ChildProcess; printed: string; origin: string }>> {
  const child = spawn(process.execPath, ['simulator/main.ts', '--port', '0', ...args], { env: process.env });
  children.push(child);
  let printed = '';
  for await (const piece of child.stdout) {
    printed += String(piece);
    if (printed.includes('client secret')) break;
  }
  return { child, printed, origin: /API +(\S+)/.exec(printed)?.[1] ?? '' };
}

type Run = Readonly<{ child: ChildProcess; output: Promise<string>; errors: Promise<string>; exit: Promise<unknown> }>;

function run(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Run {
  const child = spawn(process.execPath, ['simulator/main.ts', ...args], { env: { ...process.env, ...environment } });
  children.push(child);
  const exit = once(child, 'exit').then(([code, signal]: readonly unknown[]) => code ?? signal);
  return { child, output: text(child.stdout), errors: text(child.stderr), exit };
}

describe('the program', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('prints its addresses, answers there, and ends on %s', async (signal) => {
    const { child, printed, origin } = await started();
    expect(printed).toContain(`authorize page  ${origin}/v2/auth/authorize/`);
    expect((await fetch(`${origin}/_control/clock`)).status).toBe(200);
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('knows after a kill -9 what it answered before', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'simulator-'));
    const stateFile = join(folder, 'state.json');
    const first = await started(['--state-file', stateFile]);
    const account = { id: 'fay', username: 'fay', display_name: 'Fay' };
    await fetch(`${first.origin}/_control/accounts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(account),
    });
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    const second = await started(['--state-file', stateFile]);
    expect((await fetch(`${second.origin}/_control/accounts/fay`)).status).toBe(200);
    second.child.kill('SIGKILL');
    await rm(folder, { recursive: true });
  });

  it('says in one sentence that its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { errors, exit } = run(['--port', String(port)]);
    expect(await errors).toBe(
      `Port ${port} on 127.0.0.1 is in use: stop the program that listens there, or give the simulator another port (SIMULATOR_PORT).\n`,
    );
    expect(await exit).toBe(3);
    other.close();
  });

  it.each([
    [['--port', 'abc'], 'The port must be a whole number from 0 to 65535.'],
    [['--port', '70000'], 'The port must be a whole number from 0 to 65535.'],
    [['--port', '1.5'], 'The port must be a whole number from 0 to 65535.'],
    [['--public-url', 'ftp://here'], 'The public URL must be an http or https origin, such as http://localhost:3010.'],
    [['--public-url', 'here'], 'The public URL must be an http or https origin, such as http://localhost:3010.'],
    [['--host', ''], 'The host must be an address to listen on.'],
    [['--colour', 'red'], "Unknown option '--colour'. Run with --help to see the options."],
    [['now'], "Unexpected argument 'now'. Run with --help to see the options."],
  ])('says in a sentence what is wrong with the options %j', (args, sentence) => {
    const refused = readCommandLine(args, {});
    expect(refused.isErr() && refused.error).toBe(sentence);
  });

  it('prints what is wrong with its options, and ends with 2', async () => {
    const badPort = run([], { SIMULATOR_PORT: 'abc' });
    expect(await badPort.errors).toBe('The port must be a whole number from 0 to 65535.\n');
    expect(await badPort.exit).toBe(2);
  });

  it.each([
    ['stdout', ['--help'], 0],
    ['stderr', ['--colour', 'red'], 2],
  ] as const)('ends as ever when nobody reads its %s any more', async (stream, args, code) => {
    const child = spawn(process.execPath, ['simulator/main.ts', ...args]);
    children.push(child);
    child[stream].destroy();
    const other = text(stream === 'stdout' ? child.stderr : child.stdout);
    expect([await once(child, 'exit'), await other]).toEqual([[code, null], '']);
  });

  it('explains itself', async () => {
    const help = run(['--help']);
    expect(await help.output).toContain('--state-file');
    expect(await help.exit).toBe(0);
  });
});
