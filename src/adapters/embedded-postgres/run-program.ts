import { spawn } from 'node:child_process';
import type { Account } from './account.ts';
import { commandOf, identityOf } from './account.ts';

export type ProgramEnd = Readonly<{ code: number | null; output: string }>;

/** What every PostgreSQL program is started with: English messages, and none of this service's own settings. */
export const programEnvironment = (): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '/usr/bin:/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
});

/** Runs a program to its end; one that can't be started ends with code null and the reason as its output. */
export const runProgram = (
  account: Account,
  command: readonly string[],
  options: Readonly<{ cwd?: string; input?: string }> = {},
): Promise<ProgramEnd> => {
  const [file = '', ...args] = commandOf(account, command);
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      ...identityOf(account),
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: programEnvironment(),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let output = '';
    const keep = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.stdin.on('error', (error) => keep(Buffer.from(error.message)));
    child.once('error', (error) => resolve({ code: null, output: error.message }));
    child.once('close', (code) => resolve({ code, output }));
    child.stdin.end(options.input ?? '');
  });
};
