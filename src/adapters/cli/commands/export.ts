import type { Command } from 'commander';
import { err, ok, type Result } from 'neverthrow';
import { z } from 'zod';
import { exportEvents, type ExportFailure } from '../../../application/auditing/export-events.ts';
import { readHeads } from '../../../application/auditing/read-heads.ts';
import { checkpoint, type Checkpoint } from '../../../application/ports/event-names.ts';
import { isBeyondEnd } from '../../../application/ports/event-store.ts';
import type { ConnectionId } from '../../../domain/values/ids.ts';
import type { CliDeps } from '../cli-deps.ts';
import type { CommandRunner, Work } from '../command-runner.ts';
import { connectionArgument, parseInput } from '../input.ts';
import { operator } from '../operator.ts';
import { away, printed, wrongUse, type Refusal } from '../outcome.ts';
import { count } from '../printable.ts';
import { interrupted, refusalOfUnavailable, unknownConnection } from '../refusals.ts';

type Output = Pick<CliDeps, 'out' | 'drained'>;

const input = z.object({
  connection: connectionArgument.optional(),
  after: z.string().min(1, { error: '--after takes the checkpoint of the last line that you have.' }).transform(checkpoint).optional(),
  heads: z.boolean().default(false),
});
type Input = z.infer<typeof input>;

const explain = (failure: ExportFailure, connectionId: ConnectionId | null, reached: Checkpoint | null): Refusal => {
  const goOn = reached === null ? '' : ` Go on with --after ${reached}`;
  switch (failure.kind) {
    case 'ConnectionNotFound':
      return connectionId === null ? wrongUse('There is nothing to export.') : unknownConnection(connectionId);
    case 'CheckpointOfAnotherStore':
      if (isBeyondEnd(failure)) return wrongUse('--after lies beyond the end of this event store: it was restored to an earlier moment, or lost its end.');
      return wrongUse(`--after is not a checkpoint of this event store (${failure.store}): take it from a line of an earlier export of it.`);
    case 'Interrupted':
      return reached === null ? interrupted : away(`Interrupted before the end.${goOn}`);
    case 'Unavailable': {
      const { exitCode, sentences } = refusalOfUnavailable(failure);
      return { exitCode, sentences: reached === null ? sentences : [...sentences, goOn.trim()] };
    }
  }
};

const exportFeed =
  (output: Output, connectionId: ConnectionId | null, after: Checkpoint | null): Work =>
  async (toolbox, progress, signal) => {
    let reached = after;
    let events = 0;
    for await (const batch of exportEvents(toolbox, { connectionId, after, signal }, operator)) {
      if (batch.isErr()) return err(explain(batch.error, connectionId, reached));
      output.out(batch.value.map((entry) => JSON.stringify(entry)).join('\n'));
      // Whoever reads slowly is waited for, so that memory stays flat.
      await output.drained();
      reached = batch.value.at(-1)?.checkpoint ?? reached;
      events += batch.value.length;
      progress(`Exported ${count(events, 'event')} …`);
    }
    return ok(printed);
  };

const exportHeads =
  (output: Output, connectionId: ConnectionId | null): Work =>
  async ({ eventStore }, progress, signal) => {
    const heads = await readHeads(eventStore, connectionId, { signal, progress: (events) => progress(`Read ${count(events, 'event')} …`) });
    if (heads.isErr()) return err(explain(heads.error, connectionId, null));
    if (connectionId !== null && heads.value.length === 0) return err(unknownConnection(connectionId));
    for (const head of heads.value) {
      output.out(JSON.stringify(head));
      await output.drained();
    }
    return ok(printed);
  };

const workOf =
  (output: Output) =>
  ({ connection, after, heads }: Input): Result<Work, Refusal> => {
    if (!heads) return ok(exportFeed(output, connection ?? null, after ?? null));
    if (after === undefined) return ok(exportHeads(output, connection ?? null));
    return err(wrongUse('--heads shows where every chain ends now: leave out --after.'));
  };

const help = `
Prints every event of every stream in one total order, one JSON object a line (NDJSON): "stream", "revision", "type",
"actor", "cause", "occurred_at", "hash", "data" and "checkpoint". Sealed values are [sealed]. An export that ended early
goes on with --after and the last checkpoint printed; nothing is lost or repeated. The reading is recorded in the
security log.

With --heads it prints the end of each stream's hash chain instead: {"stream","revision","hash"}, one a line. Kept where
nobody can change it, the file shows later whether the end of a history was cut off: verify --heads <file>.

Examples:
  $ npm run cli -- export > events.ndjson
  $ npm run cli -- export --after "$(tail -n 1 events.ndjson | jq -r .checkpoint)" >> events.ndjson
  $ npm run cli -- export --heads > heads.ndjson

Lines are JSON with and without --json.`;

export const addExport = (program: Command, deps: CliDeps, runner: CommandRunner): void => {
  program
    .command('export')
    .summary('print the whole history as NDJSON, or where its chains end')
    .description('Print the whole history as NDJSON, or where its chains end.')
    .option('--connection <id>', 'only this connection')
    .option('--after <checkpoint>', 'go on behind this checkpoint')
    .option('--heads', 'print the end of each chain instead')
    .option('--json', 'print an error as one JSON document, too')
    .addHelpText('after', help)
    .action((options: object) => runner.run(options, parseInput(input, options).andThen(workOf(deps))));
};
