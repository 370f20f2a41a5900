import type { Command } from 'commander';
import { err, ok, type Result } from 'neverthrow';
import { z } from 'zod';
import type { ProjectionOperations, RebuildStep } from '../../../application/ports/projection-operations.ts';
import type { CommandRunner, Work } from '../command-runner.ts';
import { parseInput } from '../input.ts';
import { away, done, wrongUse, type Refusal } from '../outcome.ts';
import { count, printable } from '../printable.ts';
import { refusalOfUnavailable } from '../refusals.ts';

const input = z.object({ projection: z.string().optional(), dryRun: z.boolean().default(false) });

const chosen = ({ projections }: ProjectionOperations, projection: string | undefined): Result<readonly string[], Refusal> => {
  if (projection === undefined) return ok(projections);
  if (projections.includes(projection)) return ok([projection]);
  const choice = projections.join(', ');
  return err(wrongUse(`There is no projection ${printable(projection)}: choose from ${choice}, or name none to rebuild all.`));
};

const phases: Readonly<Record<RebuildStep['phase'], string>> = {
  filling: 'reading the history',
  indexing: 'indexing',
  swapping: 'putting it in place',
  done: 'done',
};

const wouldRebuild =
  (projection: string | undefined): Work =>
  async ({ operations }) =>
    chosen(operations, projection).map((names) =>
      done(
        { projections: names, dry_run: true },
        names.map((name) => `Would build ${name} anew beside its rows and put it in their place; readers are served throughout.`),
      ),
    );

const rebuild =
  (projection: string | undefined): Work =>
  async ({ operations }, progress, signal) => {
    const names = chosen(operations, projection);
    if (names.isErr()) return err(names.error);
    const rebuilt: { name: string; events: number }[] = [];
    for (const name of names.value) {
      let events = 0;
      const onProgress = (step: RebuildStep): void => {
        ({ events } = step);
        progress(`Rebuilding ${name}: ${phases[step.phase]}, ${count(events, 'event')} …`);
      };
      const outcome = await operations.rebuild(name, { signal, onProgress });
      if (outcome.isErr()) {
        const failure = outcome.error;
        if (failure.kind === 'Unavailable') return err(refusalOfUnavailable(failure));
        if (failure.kind === 'RebuildRefused') return err(away(failure.sentence));
        return err(away(`The rebuild of ${name} was interrupted; readers keep the rows they had, and the next run goes on from here.`));
      }
      rebuilt.push({ name, events });
    }
    return ok(done({ rebuilt }, rebuilt.map(({ name, events }) => `Rebuilt ${name} from ${count(events, 'event')}.`)));
  };

const help = `
Builds each projection from the whole history beside the rows that readers see, then swaps it in. Readers are served
throughout; it may run beside a running service and be interrupted at any moment: the next run goes on from there.
Without a name all projections are rebuilt, one after the other.

Examples:
  $ npm run cli -- rebuild --dry-run
  $ npm run cli -- rebuild connections

With --json: {"rebuilt":[{"name","events"}]}, "events" being how many this run has read; with --dry-run
{"projections":[…],"dry_run":true}.`;

export const addRebuild = (program: Command, runner: CommandRunner): void => {
  program
    .command('rebuild')
    .argument('[projection]', 'which one; all when left out')
    .summary('build projections anew from the history')
    .description('Build projections anew from the history.')
    .option('--dry-run', 'only say what would be rebuilt')
    .option('--json', 'print one JSON document')
    .addHelpText('after', help)
    .action((projection: string | undefined, options: object) =>
      runner.run(
        options,
        parseInput(input, { projection, ...options }).map((given) => (given.dryRun ? wouldRebuild : rebuild)(given.projection)),
      ),
    );
};
