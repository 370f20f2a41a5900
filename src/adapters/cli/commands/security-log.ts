import type { Command } from 'commander';
import { err, ok } from 'neverthrow';
import { z } from 'zod';
import type { LoggedEntry } from '../../../application/ports/security-log-pages.ts';
import type { CommandRunner, Work } from '../command-runner.ts';
import { connectionArgument, parseInput } from '../input.ts';
import { done } from '../outcome.ts';
import { printable } from '../printable.ts';
import { refusalOfUnavailable } from '../refusals.ts';

const limitSentence = '--limit takes a whole number from 1 to 200.';

const input = z.object({
  after: z.string().regex(/^\d{1,18}$/, { error: '--after takes the id of an entry, e.g. 12.' }).optional(),
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, { error: limitSentence })
    .transform(Number)
    .refine((limit) => limit <= 200, { error: limitSentence })
    .default(200),
  connection: connectionArgument.optional(),
});
type Input = z.infer<typeof input>;

const documentOf = ({ connectionId, ...entry }: LoggedEntry) => ({ ...entry, connection_id: connectionId });

const paragraph = ({ id, at, kind, principal, connectionId, detail }: LoggedEntry): readonly string[] => {
  const about = connectionId === null ? '' : `, connection ${connectionId}`;
  return [printable(`${id}  ${at}  ${kind} by ${principal}${about}`), printable(`   ${JSON.stringify(detail)}`)];
};

const show =
  ({ after, limit, connection }: Input): Work =>
  async ({ securityLogPages }) => {
    const page = await securityLogPages.page({ after: after ?? null, limit, connectionId: connection ?? null });
    if (page.isErr()) return err(refusalOfUnavailable(page.error));
    const { entries, nextAfter } = page.value;
    const remarks = nextAfter === null ? [] : [`More entries follow: go on with --after ${nextAfter}.`];
    return ok(done({ data: entries.map(documentOf), next_after: nextAfter }, entries.flatMap(paragraph), remarks));
  };

const help = `
Shows what happened besides the histories, oldest first: access tokens handed out, connects refused, API keys made and
revoked, keys rotated and destroyed, erasures, imports, histories read. Nothing in it can be changed or deleted, and no entry is passed over by going
on behind the last one.

Examples:
  $ npm run cli -- security-log
  $ npm run cli -- security-log --after 200
  $ npm run cli -- security-log --connection 6f0e0000-0000-5000-8000-000000000000 --json

With --json: {"data":[{"id","at","kind","principal","connection_id","detail"}],"next_after"}.`;

export const addSecurityLog = (program: Command, runner: CommandRunner): void => {
  program
    .command('security-log')
    .summary('show who did and read what, besides the histories')
    .description('Show who did and read what, besides the histories.')
    .option('--after <id>', 'go on behind this entry')
    .option('--limit <count>', 'show so many entries at most, 1 to 200')
    .option('--connection <id>', 'only entries about this connection')
    .option('--json', 'print one JSON document')
    .addHelpText('after', help)
    .action((options: object) => runner.run(options, parseInput(input, options).map(show)));
};
