import type { Command } from 'commander';
import { err, ok, type Result } from 'neverthrow';
import { z } from 'zod';
import type { ParkedAt, ProjectionOperations, ResumeRefused } from '../../../application/ports/projection-operations.ts';
import type { CommandRunner, Work } from '../command-runner.ts';
import { parseInput } from '../input.ts';
import { away, done, foundDifference, wrongUse, type Refusal } from '../outcome.ts';
import { count, printable, table } from '../printable.ts';
import { refusalOfUnavailable } from '../refusals.ts';

const documentOf = ({ projection, stream, revision, eventType, reason, parkedAt, triedAt }: ParkedAt) => ({
  projection,
  stream,
  revision,
  type: eventType,
  reason,
  parked_at: parkedAt,
  tried_at: triedAt,
});

const placeOf = ({ projection, stream, revision, reason }: ParkedAt): string => printable(`${projection}: ${stream} at event ${revision} (${reason})`);

const list: Work = async ({ operations }) => {
  const parked = await operations.parked();
  if (parked.isErr()) return err(refusalOfUnavailable(parked.error));
  const rows = parked.value.map((each) => [each.projection, each.stream, String(each.revision), each.eventType, each.parkedAt, each.reason]);
  const lines = rows.length === 0 ? [] : table(['projection', 'stream', 'event', 'type', 'parked', 'reason'], rows);
  return ok(done({ data: parked.value.map(documentOf) }, lines, rows.length === 0 ? ['No stream is parked.'] : []));
};

const input = z.object({
  stream: z.string().optional(),
  projection: z.string().optional(),
  dryRun: z.boolean().default(false),
});
type Input = z.infer<typeof input>;

/** The parked streams that the person means. */
const meant = async (operations: ProjectionOperations, { stream, projection }: Input): Promise<Result<readonly ParkedAt[], Refusal>> => {
  const parked = await operations.parked();
  if (parked.isErr()) return err(refusalOfUnavailable(parked.error));
  if (projection !== undefined && !operations.projections.includes(projection)) {
    return err(wrongUse(`There is no projection ${printable(projection)}: choose from ${operations.projections.join(', ')}.`));
  }
  const found = parked.value.filter((each) => (stream ?? each.stream) === each.stream && (projection ?? each.projection) === each.projection);
  if (found.length > 0 || stream === undefined) return ok(found);
  return err(wrongUse(`${printable(stream)} is not parked${projection === undefined ? '' : ` in ${projection}`}: \`parked list\` shows what is.`));
};

const explain = (failure: ResumeRefused, { projection, stream }: ParkedAt): Refusal => {
  switch (failure.kind) {
    case 'Unavailable':
      return refusalOfUnavailable(failure);
    case 'NotParked':
      return wrongUse(`${stream} is not parked in ${projection} any more: \`parked list\` shows what is.`);
    case 'NotThisVersion':
      return away(`The rows of ${projection} were made by another version or for other settings: run this with those of the service.`);
  }
};

const resume =
  (way: 'retry' | 'skip', given: Input): Work =>
  async ({ operations }, progress, signal) => {
    const found = await meant(operations, given);
    if (found.isErr()) return err(found.error);
    const resumed: ParkedAt[] = [];
    const stillParked: ParkedAt[] = [];
    for (const each of found.value) {
      if (signal.aborted) break;
      progress(`${count(resumed.length + stillParked.length, 'stream')} of ${found.value.length} …`);
      const outcome = await operations[way](each.projection, each.stream);
      if (outcome.isErr()) return err(explain(outcome.error, each));
      if (outcome.value === null) resumed.push(each);
      else stillParked.push(outcome.value);
    }
    const lines = [
      ...resumed.map(({ projection, stream }) => printable(`${projection}: ${stream} goes on.`)),
      ...stillParked.map((each) => `Still parked: ${placeOf(each)}.`),
    ];
    const document = { resumed: resumed.map(documentOf), still_parked: stillParked.map(documentOf) };
    if (stillParked.length > 0) return ok(foundDifference(document, lines));
    return ok(done(document, lines, lines.length === 0 ? ['No stream is parked.'] : []));
  };

const wouldSkip =
  (given: Input): Work =>
  async ({ operations }) => {
    const found = await meant(operations, given);
    return found.map((parked) =>
      done(
        { would_skip: parked.map(documentOf), dry_run: true },
        parked.map((each) => `Would pass over the event for good: ${placeOf(each)}.`),
      ),
    );
  };

const help = `
A projection that cannot apply an event parks the event's stream and goes on with all others. Rows of a parked stream
show what was before that event.

Examples:
  $ npm run cli -- parked list
  $ npm run cli -- parked retry
  $ npm run cli -- parked skip tiktok_connection-6f0e0000-0000-5000-8000-000000000000 --dry-run`;

const listHelp = `
Example:
  $ npm run cli -- parked list --json

With --json: {"data":[{"projection","stream","revision","type","reason","parked_at","tried_at"}]}.`;

const retryHelp = `
Tries parked streams again from the event they are parked at, for example once newer code is installed. Without a
stream it tries all of them. Exit code 1 when one is still parked.

Examples:
  $ npm run cli -- parked retry
  $ npm run cli -- parked retry tiktok_connection-6f0e0000-0000-5000-8000-000000000000 --projection connections

With --json: {"resumed":[…],"still_parked":[…]}, each as in \`parked list\`.`;

const skipHelp = `
Passes over the one event that the stream is parked at, now and in every rebuild in which it still fails, and goes on
behind it. The event stays in the history. Exit code 1 when the stream is parked again at a later event.

Examples:
  $ npm run cli -- parked skip tiktok_connection-6f0e0000-0000-5000-8000-000000000000 --dry-run
  $ npm run cli -- parked skip tiktok_connection-6f0e0000-0000-5000-8000-000000000000

With --json: {"resumed":[…],"still_parked":[…]}; with --dry-run {"would_skip":[…],"dry_run":true}.`;

const json = ['--json', 'print one JSON document'] as const;
const only = ['--projection <name>', 'only in this projection'] as const;

export const addParked = (program: Command, runner: CommandRunner): void => {
  const parked = program
    .command('parked')
    .summary('list, retry and skip streams that a projection cannot follow')
    .description('List, retry and skip streams that a projection cannot follow.')
    .addHelpText('after', help);
  parked
    .command('list')
    .summary('list parked streams, oldest first')
    .description('List parked streams, oldest first.')
    .option(...json)
    .addHelpText('after', listHelp)
    .action((options: object) => runner.run(options, ok(list)));
  parked
    .command('retry')
    .argument('[stream]', 'which one; all when left out')
    .summary('try parked streams again')
    .description('Try parked streams again.')
    .option(...only)
    .option(...json)
    .addHelpText('after', retryHelp)
    .action((stream: string | undefined, options: object) =>
      runner.run(options, parseInput(input, { stream, ...options }).map((given) => resume('retry', given))),
    );
  parked
    .command('skip')
    .argument('<stream>', 'which one')
    .summary('pass over the event a stream is parked at')
    .description('Pass over the event a stream is parked at.')
    .option(...only)
    .option('--dry-run', 'only say what would be passed over')
    .option(...json)
    .addHelpText('after', skipHelp)
    .action((stream: string, options: object) =>
      runner.run(options, parseInput(input, { stream, ...options }).map((given) => (given.dryRun ? wouldSkip(given) : resume('skip', given)))),
    );
};
