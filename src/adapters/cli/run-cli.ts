import { Command, CommanderError } from 'commander';
import type { CliDeps } from './cli-deps.ts';
import { createCommandRunner } from './command-runner.ts';
import { addCopyEvents } from './commands/copy-events.ts';
import { addDoctor } from './commands/doctor.ts';
import { addEncryption } from './commands/encryption.ts';
import { addErase } from './commands/erase.ts';
import { addErasures } from './commands/erasures.ts';
import { addExport } from './commands/export.ts';
import { addHistory } from './commands/history.ts';
import { addImport } from './commands/import.ts';
import { addKeys } from './commands/keys.ts';
import { addMigrate } from './commands/migrate.ts';
import { addParked } from './commands/parked.ts';
import { addRebuild } from './commands/rebuild.ts';
import { addSecurityLog } from './commands/security-log.ts';
import { addServe } from './commands/serve.ts';
import { addVerify } from './commands/verify.ts';
import { exitCodes } from './exit-codes.ts';

const help = `
Exit codes: 0 done, 1 found a difference, 2 wrong use, 3 unavailable. Every command takes --json, which prints one
JSON document on standard output and nothing else there.

Examples:
  $ npm run cli -- doctor
  $ npm run cli -- keys create --name backend --scopes connections:read
  $ npm run cli -- history --help`;

const sentenceOf = (message: string): string => {
  const [first = '', ...others] = message.replace(/^error: /, '').trim().split('\n');
  const sentence = `${first.charAt(0).toUpperCase()}${first.slice(1).replace(/\.$/, '')}.`;
  return [sentence, ...others].join(' ');
};

const withoutLineEnd = (text: string): string => text.replace(/\n$/, '');

/**
 * Carries out one command line.
 * @param argv what stands behind the program's name
 * @returns the process's exit code: 0 done, 1 found a difference, 2 wrong use, 3 unavailable
 */
export const runCli = async (argv: readonly string[], deps: CliDeps): Promise<number> => {
  const runner = createCommandRunner(deps);
  let servedWith: number | null = null;
  const program = new Command('npm run cli --');
  const wrong = (message: string): void => {
    const sentence = `${sentenceOf(message)} Run with --help to see what is possible.`;
    if (argv.includes('--json')) deps.out(JSON.stringify({ error: sentence }));
    deps.err(sentence);
  };
  // Subcommands copy these when they are made, so they stand first.
  program
    .exitOverride()
    .configureOutput({
      writeOut: (text) => deps.out(withoutLineEnd(text)),
      writeErr: (text) => deps.err(withoutLineEnd(text)),
      outputError: (message) => wrong(message),
    })
    .description('TikTok connections of an application’s users: the service, and what operators and auditors need.')
    .addHelpText('after', help);
  addServe(program, deps, (exitCode) => (servedWith = exitCode));
  addMigrate(program, runner);
  addKeys(program, runner);
  addEncryption(program, runner);
  addErase(program, runner);
  addErasures(program, deps, runner);
  addHistory(program, runner);
  addExport(program, deps, runner);
  addCopyEvents(program, runner);
  addSecurityLog(program, runner);
  addVerify(program, runner);
  addRebuild(program, runner);
  addParked(program, runner);
  addImport(program, runner);
  addDoctor(program, deps, runner);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return servedWith ?? runner.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.wrongUse;
    throw error;
  }
};
