import type { Command } from 'commander';
import { err, ok } from 'neverthrow';
import { z } from 'zod';
import { storeKinds, type CopyFailure, type StoreKind } from '../../../application/ports/event-copy.ts';
import type { CommandRunner, Work } from '../command-runner.ts';
import { parseInput } from '../input.ts';
import { away, done, wrongUse, type Refusal } from '../outcome.ts';
import { count } from '../printable.ts';
import { interrupted, refusalOfUnavailable } from '../refusals.ts';

const input = z.object({ from: z.enum(storeKinds), to: z.enum(storeKinds) });

const refusalOf = (failure: CopyFailure): Refusal => {
  switch (failure.kind) {
    case 'Unavailable':
      return refusalOfUnavailable(failure);
    case 'Interrupted':
      return interrupted;
    case 'CheckpointOfAnotherStore':
      return away('One of the stores was replaced by another while events were copied. Run it again.');
    case 'HistoriesDiffer':
      return away(
        `Revision ${failure.revision} of ${failure.stream} is not the same in both stores: what is copied to must be empty, or a copy of this history. ` +
          'Nothing was changed there; empty it or choose another one.',
      );
  }
};

const copyEvents =
  (from: StoreKind, to: StoreKind): Work =>
  async ({ copyEvents: copy }, progress, signal) => {
    if (from === to) return err(wrongUse('--from and --to name the same store.'));
    const outcome = await copy(from, to, { signal, progress: (copied) => progress(`Copied ${count(copied, 'event')} …`) });
    if (outcome === null) return err(wrongUse('EVENT_STORE_URL is not set: it names the EventStoreDB to copy from or to.'));
    return outcome.mapErr(refusalOf).andThen(({ copied, events, streams }) =>
      ok(
        done({ copied, events, streams }, [
          `Copied ${count(copied, 'event')}. All ${count(events, 'event')} of ${count(streams, 'stream')} stand in both stores, with the same heads.`,
        ]),
      ),
    );
  };

const help = `
Writes every event of one store into the other, as its text and its hash stand, in the one order of all streams, and
compares the heads of both in the end. It may be interrupted anywhere and run again: it goes on behind what it finds.
PostgreSQL is the one of DATABASE_URL, EventStoreDB the one of EVENT_STORE_URL.

To move an installation: copy while the service runs, stop every replica, copy once more (it takes what came since),
start with EVENT_STORE_URL set, and \`rebuild\`. Times of recording are those of the new store.

Examples:
  $ npm run cli -- copy-events --from postgres --to eventstoredb

With --json: {"copied","events","streams"}.`;

export const addCopyEvents = (program: Command, runner: CommandRunner): void => {
  program
    .command('copy-events')
    .summary('copy the history into another event store')
    .description('Copy the history into another event store.')
    .requiredOption('--from <store>', 'postgres or eventstoredb')
    .requiredOption('--to <store>', 'postgres or eventstoredb')
    .option('--json', 'print one JSON document')
    .addHelpText('after', help)
    .action((options: object) => runner.run(options, parseInput(input, options).map(({ from, to }) => copyEvents(from, to))));
};
