import type { Command } from 'commander';
import { z } from 'zod';
import type { CliDeps } from '../cli-deps.ts';
import type { CommandRunner } from '../command-runner.ts';
import { parseInput } from '../input.ts';
import { exportFences } from './export-fences.ts';
import { reapply, wouldReapply } from './reapply-fences.ts';

const exportInput = z.object({ json: z.boolean().default(false) });
const reapplyInput = z.object({ file: z.string().min(1, { error: 'Name the file that `erasures export` wrote.' }), dryRun: z.boolean().default(false) });

const help = `
Where a key was destroyed stands a fence. A backup that is older than an erasure holds the keys still: keep the list of
fences apart from the backups, and put it back after a restore, before the service is started.

Examples:
  $ npm run cli -- erasures export > erasures.ndjson
  $ npm run cli -- erasures reapply erasures.ndjson --dry-run`;

const exportHelp = `
Prints one fence a line (NDJSON): {"connection_id","life","purpose","because","fenced_at"}; "because" is "erased" or
"disconnected". It holds no personal data. With --json one document: {"data":[…the same]}.

Example:
  $ npm run cli -- erasures export > erasures.ndjson`;

const reapplyHelp = `
Writes into restored histories what the fences say (that lives have ended, or are erased), destroys the keys behind them
and puts the fences back. Nothing is revoked at TikTok. It may be interrupted and repeated.

Examples:
  $ npm run cli -- erasures reapply erasures.ndjson --dry-run
  $ npm run cli -- erasures reapply erasures.ndjson

With --json: {"fences","reapplied"}; with --dry-run {"fences","would_reapply","dry_run":true}.`;

const json = ['--json', 'print one JSON document'] as const;

export const addErasures = (program: Command, deps: Pick<CliDeps, 'out' | 'drained'>, runner: CommandRunner): void => {
  const erasures = program
    .command('erasures')
    .summary('export what was erased, and re-apply it after a restore')
    .description('Export what was erased, and re-apply it after a restore.')
    .addHelpText('after', help);
  erasures
    .command('export')
    .summary('print every fence')
    .description('Print every fence: where a key was destroyed.')
    .option(...json)
    .addHelpText('after', exportHelp)
    .action((options: object) => runner.run(options, parseInput(exportInput, options).map((given) => exportFences(deps, given.json))));
  erasures
    .command('reapply')
    .argument('<file>', 'what `erasures export` wrote')
    .summary('put fences back after a restore')
    .description('Put fences back after a restore, and destroy the keys behind them.')
    .option('--dry-run', 'only say how many are missing')
    .option(...json)
    .addHelpText('after', reapplyHelp)
    .action((file: string, options: object) =>
      runner.run(options, parseInput(reapplyInput, { file, ...options }).map((given) => (given.dryRun ? wouldReapply : reapply)(given.file))),
    );
};
