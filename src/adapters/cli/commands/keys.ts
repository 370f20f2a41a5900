import type { Command } from 'commander';
import { ok } from 'neverthrow';
import { apiScopes } from '../../../application/execution/principal.ts';
import type { CommandRunner, Work } from '../command-runner.ts';
import { parseInput } from '../input.ts';
import { createKey, listKeys, newKeyInput, revokeInput, revokeKey, wouldRevokeKey, type RevokeInput } from './api-keys.ts';

const revoke = ({ id, dryRun }: RevokeInput): Work => (dryRun ? wouldRevokeKey : revokeKey)(id);

const help = `
Scopes: ${apiScopes.join(', ')} (admin means all).

Examples:
  $ npm run cli -- keys create --name backend --scopes connections:read,tokens:read
  $ npm run cli -- keys list
  $ npm run cli -- keys revoke 0123456789abcdef --dry-run`;

const createHelp = `
Prints the key, and nothing else, on standard output. It is kept nowhere: whoever loses it makes another.

Scopes: ${apiScopes.join(', ')} (admin means all).

Examples:
  $ npm run cli -- keys create --name backend --scopes connections:read
  $ npm run cli -- keys create --name auditor --scopes audit:read --json

With --json: {"id","name","scopes","created_at","revoked_at","key"}.`;

const listHelp = `
Example:
  $ npm run cli -- keys list --json

With --json: {"data":[{"id","name","scopes","created_at","revoked_at"}]}.`;

const revokeHelp = `
A revoked key never works again; every replica of the service refuses it within a second. Revoking it again changes
nothing. With --dry-run it only says what would happen.

Examples:
  $ npm run cli -- keys revoke 0123456789abcdef --dry-run
  $ npm run cli -- keys revoke 0123456789abcdef

With --json: {"id","name","scopes","created_at","revoked_at"}, and "dry_run":true with --dry-run.`;

const json = ['--json', 'print one JSON document'] as const;

export const addKeys = (program: Command, runner: CommandRunner): void => {
  const keys = program
    .command('keys')
    .summary('make, list and revoke API keys')
    .description('Make, list and revoke the API keys by which backends call /v1.')
    .addHelpText('after', help);
  keys
    .command('create')
    .summary('make an API key and print it once')
    .description('Make an API key and print it once.')
    .requiredOption('--name <name>', 'what will use it, for people')
    .requiredOption('--scopes <scopes>', 'what it may do, separated by commas')
    .option(...json)
    .addHelpText('after', createHelp)
    .action((options: object) => runner.run(options, parseInput(newKeyInput, options).map(createKey)));
  keys
    .command('list')
    .summary('list API keys, never their secrets')
    .description('List API keys, never their secrets.')
    .option(...json)
    .addHelpText('after', listHelp)
    .action((options: object) => runner.run(options, ok(listKeys)));
  keys
    .command('revoke')
    .argument('<id>', 'the 16 hex digits between the underscores of tck_<id>_<secret>')
    .summary('make an API key useless')
    .description('Make an API key useless.')
    .option('--dry-run', 'only say what would happen')
    .option(...json)
    .addHelpText('after', revokeHelp)
    .action((id: string, options: object) => runner.run(options, parseInput(revokeInput, { id, ...options }).map(revoke)));
};
