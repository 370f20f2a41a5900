import type { Command } from 'commander';
import { err, ok, type Result } from 'neverthrow';
import { z } from 'zod';
import type { ConnectionId } from '../../../domain/values/ids.ts';
import type { CommandRunner, Work } from '../command-runner.ts';
import { connectionArgument, parseInput, userOption } from '../input.ts';
import { wrongUse, type Refusal } from '../outcome.ts';
import { eraseOneConnection, eraseOneUser, wouldEraseConnection, wouldEraseUser } from './erasure.ts';

const input = z.object({ connection: connectionArgument.optional(), user: userOption.optional(), dryRun: z.boolean().default(false) });
type Input = z.infer<typeof input>;

const ofConnection = (id: ConnectionId, dryRun: boolean): Work => (dryRun ? wouldEraseConnection : eraseOneConnection)(id);

const workOf = ({ connection, user, dryRun }: Input): Result<Work, Refusal> => {
  if (connection !== undefined && user === undefined) return ok(ofConnection(connection, dryRun));
  if (user !== undefined && connection === undefined) return ok((dryRun ? wouldEraseUser : eraseOneUser)(user));
  return err(wrongUse('Name a connection, or a user with --user <id>: one of the two.'));
};

const help = `
With a connection: disconnects the account, revoking at TikTok as far as it answers, and erases every life of it, those
of former owners too. With a user: the same for every account that was ever theirs, except for the lives of whoever
owns one of them since; their flows and keyed requests are forgotten as well. It cannot be undone.

The history keeps that something happened, and the user id; nothing else of the person can be read from then on. The
keys themselves are destroyed by the service's worker within seconds, or by the next start when none runs.

Examples:
  $ npm run cli -- erase 6f0e0000-0000-5000-8000-000000000000 --dry-run
  $ npm run cli -- erase --user user_2a

With --json: {"user_id","erased":["<connection id>"]}, "user_id" null for a connection; with --dry-run
{"user_id","would_erase":[{"connection_id","lives","disconnects"}],"dry_run":true}.`;

export const addErase = (program: Command, runner: CommandRunner): void => {
  program
    .command('erase')
    .argument('[connection]', 'which connection')
    .summary('erase what is known of an account or a user')
    .description('Erase what is known of an account or a user.')
    .option('--user <id>', 'everything of this user instead')
    .option('--dry-run', 'only say what would be erased')
    .option('--json', 'print one JSON document')
    .addHelpText('after', help)
    .action((connection: string | undefined, options: object) => runner.run(options, parseInput(input, { connection, ...options }).andThen(workOf)));
};
