import type { Command } from 'commander';
import { err, ok } from 'neverthrow';
import { z } from 'zod';
import type { CommandRunner, Work } from '../command-runner.ts';
import { parseInput } from '../input.ts';
import { done } from '../outcome.ts';
import { refusalOfTrouble, refusalOfUnavailable } from '../refusals.ts';

const input = z.object({ dryRun: z.boolean().default(false), adoptCluster: z.boolean().default(false) });
type Input = z.infer<typeof input>;

const upToDate = 'The database is up to date.';

const adoptions = {
  adopted: 'The history is this cluster’s own now; start the service, which rebuilds its projections.',
  'already ours': 'The history was written in this cluster: there was nothing to adopt.',
} as const;

const wouldMigrate = (adoptCluster: boolean): Work => async ({ migrations }) => {
  const pending = await migrations.pending();
  if (pending.isErr()) return err(refusalOfTrouble(pending.error));
  const lines = pending.value.map((name) => `Would apply ${name}.`);
  const adoption = adoptCluster ? ['Would make the history this cluster’s own, if it was written in another.'] : [];
  return ok(done({ pending: pending.value, dry_run: true }, [...(lines.length === 0 ? [upToDate] : lines), ...adoption]));
};

const migrate = (adoptCluster: boolean): Work => async ({ migrations }) => {
  const report = await migrations.run();
  if (report.isErr()) return err(refusalOfTrouble(report.error));
  const { applied, newer } = report.value;
  const lines = applied.length === 0 ? [upToDate] : applied.map((name) => `Applied ${name}.`);
  const unknown = `The database also has ${newer.join(', ')}, which this version does not know: newer code runs on it.`;
  const remarks = newer.length === 0 ? [] : [unknown];
  if (!adoptCluster) return ok(done({ applied, newer }, lines, remarks));
  const adopted = await migrations.adoptCluster();
  if (adopted.isErr()) return err(refusalOfUnavailable(adopted.error));
  const adoption = adoptions[adopted.value];
  return ok(done({ applied, newer, cluster: adopted.value }, [...lines, adoption], remarks));
};

const workOf = ({ dryRun, adoptCluster }: Input): Work => (dryRun ? wouldMigrate : migrate)(adoptCluster);

const help = `
Each migration is applied in a transaction of its own, by one process at a time, and never a second time. It may run
beside a running service. \`serve\` migrates by itself; run this first where the service's role may not create tables.

After a dump was restored into another PostgreSQL cluster, the service refuses to start, since the order of its events
does not hold there. Stop every replica and run this once with --adopt-cluster; projections are rebuilt afterwards.

Examples:
  $ npm run cli -- migrate --dry-run
  $ npm run cli -- migrate
  $ npm run cli -- migrate --adopt-cluster

With --json: {"applied":[…],"newer":[…]}, with --adopt-cluster also "cluster":"adopted" or "already ours"; with
--dry-run {"pending":[…],"dry_run":true}.`;

export const addMigrate = (program: Command, runner: CommandRunner): void => {
  program
    .command('migrate')
    .summary('bring the database to the schema of this version')
    .description('Bring the database to the schema of this version.')
    .option('--dry-run', 'only list what would be applied')
    .option('--adopt-cluster', 'once, after a restore into another PostgreSQL cluster')
    .option('--json', 'print one JSON document')
    .addHelpText('after', help)
    .action((options: object) => runner.runOnAnySchema(options, parseInput(input, options).map(workOf)));
};
