import type { Command } from 'commander';
import { err, ok } from 'neverthrow';
import { z } from 'zod';
import type { CommandRunner, Work } from '../command-runner.ts';
import { parseInput } from '../input.ts';
import { done } from '../outcome.ts';
import { refusalOfTrouble } from '../refusals.ts';

const input = z.object({ dryRun: z.boolean().default(false) });

const upToDate = 'The database is up to date.';

const wouldMigrate: Work = async ({ migrations }) => {
  const pending = await migrations.pending();
  if (pending.isErr()) return err(refusalOfTrouble(pending.error));
  const lines = pending.value.map((name) => `Would apply ${name}.`);
  return ok(done({ pending: pending.value, dry_run: true }, lines.length === 0 ? [upToDate] : lines));
};

const migrate: Work = async ({ migrations }) => {
  const report = await migrations.run();
  if (report.isErr()) return err(refusalOfTrouble(report.error));
  const { applied, newer } = report.value;
  const lines = applied.length === 0 ? [upToDate] : applied.map((name) => `Applied ${name}.`);
  const remarks = newer.length === 0 ? [] : [`The database also has ${newer.join(', ')}, which this version does not know: newer code runs on it.`];
  return ok(done({ applied, newer }, lines, remarks));
};

const help = `
Each migration is applied in a transaction of its own, by one process at a time, and never a second time. It may run
beside a running service. \`serve\` migrates by itself; run this first where the service's role may not create tables.

Examples:
  $ npm run cli -- migrate --dry-run
  $ npm run cli -- migrate

With --json: {"applied":[…],"newer":[…]}; with --dry-run {"pending":[…],"dry_run":true}.`;

export const addMigrate = (program: Command, runner: CommandRunner): void => {
  program
    .command('migrate')
    .summary('bring the database to the schema of this version')
    .description('Bring the database to the schema of this version.')
    .option('--dry-run', 'only list what would be applied')
    .option('--json', 'print one JSON document')
    .addHelpText('after', help)
    .action((options: object) =>
      runner.runOnAnySchema(options, parseInput(input, options).map(({ dryRun }) => (dryRun ? wouldMigrate : migrate))),
    );
};
