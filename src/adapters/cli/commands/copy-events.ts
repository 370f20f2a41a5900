import type { Command } from 'commander';
import { err, ok } from 'neverthrow';
import { z } from 'zod';
import type { CopyFailure, StoreToCopy } from '../../../application/ports/event-copy.ts';
import { secret } from '../../../domain/values/secret.ts';
import type { CommandRunner, Work } from '../command-runner.ts';
import { parseInput } from '../input.ts';
import { away, done, wrongUse, type Refusal } from '../outcome.ts';
import { count } from '../printable.ts';
import { interrupted, refusalOfUnavailable } from '../refusals.ts';

/** A store by its address, or one of this installation by its name. Never quoted: an address may carry a password. */
const storeOf = (text: string): StoreToCopy | null => {
  if (text === 'postgres' || text === 'eventstoredb') return { kind: text, address: null };
  if (/^postgres(ql)?:\/\/./i.test(text)) return { kind: 'postgres', address: secret(text) };
  return /^esdb(\+discover)?:\/\/./i.test(text) ? { kind: 'eventstoredb', address: secret(text) } : null;
};

const storeOption = (option: string) =>
  z.string().transform((text, context): StoreToCopy => {
    const store = storeOf(text);
    if (store !== null) return store;
    const message = `${option} takes the address of a store, postgres://… or esdb://…, or postgres or eventstoredb for those of this installation.`;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });

const input = z.object({ from: storeOption('--from'), to: storeOption('--to') });

const isSame = (one: StoreToCopy, other: StoreToCopy): boolean => one.kind === other.kind && one.address?.reveal() === other.address?.reveal();

const refusalOf = (failure: CopyFailure): Refusal => {
  switch (failure.kind) {
    case 'Unavailable':
      return refusalOfUnavailable(failure);
    case 'Interrupted':
      return interrupted;
    case 'NoSuchStore':
      return wrongUse(failure.sentence);
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
  (from: StoreToCopy, to: StoreToCopy): Work =>
  async ({ copyEvents: copy }, progress, signal) => {
    if (isSame(from, to)) return err(wrongUse('--from and --to name the same store.'));
    const outcome = await copy(from, to, { signal, progress: (copied) => progress(`Copied ${count(copied, 'event')} …`) });
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
A store is given by its address, or by its name: \`postgres\` is the one of DATABASE_URL, \`eventstoredb\` the one of
EVENT_STORE_URL. A PostgreSQL to copy to that is given by its address gets the schema of this version first.

To move an installation: copy while the service runs, stop every replica, copy once more (it takes what came since),
start with EVENT_STORE_URL set, and \`rebuild\`. Times of recording are those of the new store.

Examples:
  $ npm run cli -- copy-events --from postgres --to eventstoredb
  $ npm run cli -- copy-events --from postgres --to postgres://user@host/elsewhere

With --json: {"copied","events","streams"}.`;

export const addCopyEvents = (program: Command, runner: CommandRunner): void => {
  program
    .command('copy-events')
    .summary('copy the history into another event store')
    .description('Copy the history into another event store.')
    .requiredOption('--from <store>', 'its address (postgres://… or esdb://…), or postgres or eventstoredb')
    .requiredOption('--to <store>', 'its address (postgres://… or esdb://…), or postgres or eventstoredb')
    .option('--json', 'print one JSON document')
    .addHelpText('after', help)
    .action((options: object) => runner.run(options, parseInput(input, options).map(({ from, to }) => copyEvents(from, to))));
};
