import type { Command } from 'commander';
import { ok } from 'neverthrow';
import type { CommandRunner, Work } from '../command-runner.ts';
import { parseInput } from '../input.ts';
import { listParked, parkedInput, resumeParked, wouldSkipParked, type ParkedInput } from './parked-streams.ts';

const skip = (given: ParkedInput): Work => (given.dryRun ? wouldSkipParked(given) : resumeParked('skip', given));

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
    .action((options: object) => runner.run(options, ok(listParked)));
  parked
    .command('retry')
    .argument('[stream]', 'which one; all when left out')
    .summary('try parked streams again')
    .description('Try parked streams again.')
    .option(...only)
    .option(...json)
    .addHelpText('after', retryHelp)
    .action((stream: string | undefined, options: object) =>
      runner.run(options, parseInput(parkedInput, { stream, ...options }).map((given) => resumeParked('retry', given))),
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
    .action((stream: string, options: object) => runner.run(options, parseInput(parkedInput, { stream, ...options }).map(skip)));
};
