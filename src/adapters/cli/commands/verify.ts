import type { Command } from 'commander';
import { err, ok, type Result } from 'neverthrow';
import { z } from 'zod';
import type { ChainHead } from '../../../application/auditing/check-heads.ts';
import { verify, type VerifyFailure, type VerifyReport } from '../../../application/auditing/verify.ts';
import type { ConnectionId } from '../../../domain/values/ids.ts';
import type { CommandRunner, Work } from '../command-runner.ts';
import { differenceSentence } from '../difference-text.ts';
import { readHeadsFile } from '../heads-file.ts';
import { connectionArgument, parseInput } from '../input.ts';
import { away, done, foundDifference, wrongUse, type Refusal } from '../outcome.ts';
import { count, printable } from '../printable.ts';
import { interrupted, refusalOfUnavailable, unknownConnection } from '../refusals.ts';

const input = z.object({ connection: connectionArgument.optional(), heads: z.string().optional() });
type Input = z.infer<typeof input>;

const explain = (failure: VerifyFailure, connectionId: ConnectionId | null): Refusal => {
  switch (failure.kind) {
    case 'ConnectionNotFound':
      return connectionId === null ? wrongUse('There is nothing to verify.') : unknownConnection(connectionId);
    case 'Unavailable':
      return refusalOfUnavailable(failure);
    case 'Interrupted':
      return interrupted;
    case 'CheckpointOfAnotherStore':
      return away(`The projections followed another event store than ${failure.store}: run this on the store they belong to.`);
    case 'MadeOtherwise':
      return away(
        `The rows of ${failure.projection} were made by another version or for another client key than this process has. ` +
          'Run this with the settings of the service, or start the service, which rebuilds them.',
      );
  }
};

const documentOf = ({ chain, projections, found, differences }: VerifyReport) => ({
  ok: found === 0,
  events: chain.events,
  streams: chain.streams,
  projections,
  found,
  differences,
});

const linesOf = ({ chain, projections, found, differences }: VerifyReport): readonly string[] => {
  const rows = projections.reduce((sum, projection) => sum + projection.rows, 0);
  const names = projections.map(({ name }) => name).join(', ');
  const checked = `Checked ${count(chain.events, 'event')} in ${count(chain.streams, 'stream')} and ${count(rows, 'row')} of ${names}`;
  if (found === 0) return [`${checked}: no difference.`];
  const listed = differences.map((difference) => printable(differenceSentence(difference)));
  const more = found > differences.length ? [`… and ${found - differences.length} more.`] : [];
  return [...listed, ...more, `${checked}: ${count(found, 'difference')}.`];
};

const check =
  (connectionId: ConnectionId | null, heads: readonly ChainHead[]): Work =>
  async (toolbox, progress, signal) => {
    const report = await verify(toolbox, {
      connectionId,
      heads,
      signal,
      progress: (part, events) => progress(`Checking the ${part}: ${count(events, 'event')} …`),
    });
    if (report.isErr()) return err(explain(report.error, connectionId));
    const outcome = report.value.found === 0 ? done : foundDifference;
    return ok(outcome(documentOf(report.value), linesOf(report.value)));
  };

const workOf = ({ connection, heads }: Input): Result<Work, Refusal> =>
  (heads === undefined ? ok([]) : readHeadsFile(heads)).map((exported) => check(connection ?? null, exported));

const help = `
Recomputes the hash of every event over the one before it, looks for missing and reordered ones, replays the history
and compares every row of every projection with what it leads to. Rows are compared at the checkpoint that stood
beside them, so it may run beside a running service. Differences are named by stream and revision, or by table,
connection and column; nothing that is sealed or personal is printed. Exit code 1 when there are any.

What it cannot see without --heads: events cut off the end of a stream together with their rows, and a whole history
written anew. With a file that export --heads printed earlier it names those, too.

Examples:
  $ npm run cli -- verify
  $ npm run cli -- verify --heads heads.ndjson
  $ npm run cli -- verify --connection 6f0e0000-0000-5000-8000-000000000000 --json

With --json: {"ok","events","streams","projections":[{"name","rows"}],"found","differences":[{"kind",…}]}; of very many
differences the first 1000 are listed, "found" counts all. Kinds: event_altered, event_missing (from "revision" to
"through"), event_out_of_order, head_differs, row_missing, row_extra, row_differs, projection_ahead,
stream_parked, stream_not_comparable.`;

export const addVerify = (program: Command, runner: CommandRunner): void => {
  program
    .command('verify')
    .summary('prove that history and projections are as they were written')
    .description('Prove that history and projections are as they were written.')
    .option('--connection <id>', 'check this connection alone')
    .option('--heads <file>', 'compare with what export --heads printed')
    .option('--json', 'print one JSON document')
    .addHelpText('after', help)
    .action((options: object) => runner.run(options, parseInput(input, options).andThen(workOf)));
};
