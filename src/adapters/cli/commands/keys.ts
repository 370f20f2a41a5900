import type { Command } from 'commander';
import { err, ok } from 'neverthrow';
import { z } from 'zod';
import { createApiKey, revokeApiKey } from '../../../application/keys/api-keys.ts';
import { apiScopes } from '../../../application/execution/principal.ts';
import type { ApiKey } from '../../../application/ports/api-keys.ts';
import type { CommandRunner, Work } from '../command-runner.ts';
import { apiKeyArgument, apiKeyNameOption, apiScopesOption, parseInput } from '../input.ts';
import { done, wrongUse, type Refusal } from '../outcome.ts';
import { operator } from '../operator.ts';
import { printable, table } from '../printable.ts';
import { refusalOfUnavailable } from '../refusals.ts';

const documentOf = ({ id, name, scopes, createdAt, revokedAt }: ApiKey) => ({
  id,
  name,
  scopes,
  created_at: createdAt,
  revoked_at: revokedAt,
});

const createInput = z.object({ name: apiKeyNameOption, scopes: apiScopesOption });

const create =
  ({ name, scopes }: z.infer<typeof createInput>): Work =>
  async (toolbox) => {
    const created = await createApiKey(toolbox, name, scopes, operator);
    if (created.isErr()) return err(refusalOfUnavailable(created.error));
    const { key, presented } = created.value;
    const remark = `This is the only time that the key ${key.id} (${printable(key.name)}) is shown. It may: ${key.scopes.join(', ')}.`;
    return ok(done({ ...documentOf(key), key: presented.reveal() }, [presented.reveal()], [remark]));
  };

const list: Work = async ({ apiKeys }) => {
  const keys = await apiKeys.list();
  if (keys.isErr()) return err(refusalOfUnavailable(keys.error));
  const rows = keys.value.map((key) => [key.id, key.name, key.scopes.join(','), key.createdAt, key.revokedAt ?? '']);
  const lines = rows.length === 0 ? [] : table(['id', 'name', 'scopes', 'created', 'revoked'], rows);
  const remarks = rows.length === 0 ? ['There are no API keys yet: `keys create` makes one.'] : [];
  return ok(done({ data: keys.value.map(documentOf) }, lines, remarks));
};

const unknownKey = (id: string): Refusal => wrongUse(`There is no API key ${id}: \`keys list\` shows all of them.`);

const revokeInput = z.object({ id: apiKeyArgument, dryRun: z.boolean().default(false) });

const wouldRevoke =
  (id: string): Work =>
  async ({ apiKeys }) => {
    const keys = await apiKeys.list();
    if (keys.isErr()) return err(refusalOfUnavailable(keys.error));
    const key = keys.value.find((each) => each.id === id);
    if (key === undefined) return err(unknownKey(id));
    const line =
      key.revokedAt === null
        ? `Would revoke the key ${id} (${printable(key.name)}): from then on every request with it is refused.`
        : `The key ${id} (${printable(key.name)}) was revoked ${key.revokedAt}; nothing would change.`;
    return ok(done({ ...documentOf(key), dry_run: true }, [line]));
  };

const revoke =
  (id: string): Work =>
  async (toolbox) => {
    const revoked = await revokeApiKey(toolbox, id, operator);
    if (revoked.isErr()) return err(refusalOfUnavailable(revoked.error));
    const key = revoked.value;
    if (key === null) return err(unknownKey(id));
    return ok(done(documentOf(key), [`The key ${id} (${printable(key.name)}) is revoked; every replica refuses it within a second.`]));
  };

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
    .action((options: object) => runner.run(options, parseInput(createInput, options).map(create)));
  keys
    .command('list')
    .summary('list API keys, never their secrets')
    .description('List API keys, never their secrets.')
    .option(...json)
    .addHelpText('after', listHelp)
    .action((options: object) => runner.run(options, ok(list)));
  keys
    .command('revoke')
    .argument('<id>', 'the 16 hex digits between the underscores of tck_<id>_<secret>')
    .summary('make an API key useless')
    .description('Make an API key useless.')
    .option('--dry-run', 'only say what would happen')
    .option(...json)
    .addHelpText('after', revokeHelp)
    .action((id: string, options: object) =>
      runner.run(options, parseInput(revokeInput, { id, ...options }).map((given) => (given.dryRun ? wouldRevoke : revoke)(given.id))),
    );
};
