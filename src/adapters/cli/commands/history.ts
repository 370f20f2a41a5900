import type { Command } from 'commander';
import { err, ok, type Result } from 'neverthrow';
import { z } from 'zod';
import { readHistory } from '../../../application/auditing/history.ts';
import type { Moment } from '../../../application/auditing/moment.ts';
import { stateAt } from '../../../application/auditing/state-at.ts';
import type { ConnectionId } from '../../../domain/values/ids.ts';
import type { CommandRunner, Work } from '../command-runner.ts';
import { connectionDocument } from '../connection-document.ts';
import { connectionParagraph, historyParagraph } from '../history-text.ts';
import { connectionArgument, countOption, momentOption, parseInput } from '../input.ts';
import { done, wrongUse, type Refusal } from '../outcome.ts';
import { operator } from '../operator.ts';
import { refusalOfReading } from '../refusals.ts';

const input = z.object({
  id: connectionArgument,
  at: momentOption.optional(),
  from: countOption('--from').optional(),
  limit: countOption('--limit').optional(),
});
type Input = z.infer<typeof input>;

const showState = (connectionId: ConnectionId, moment: Moment): Work => async (toolbox) => {
  const state = await stateAt(toolbox, { connectionId, moment, viewer: { kind: 'service' } }, operator);
  if (state.isErr()) return err(refusalOfReading(state.error, connectionId, ', or none at that moment'));
  return ok(done(connectionDocument(state.value), connectionParagraph(state.value)));
};

const showHistory = ({ id, from, limit }: Input): Work => async (toolbox) => {
  const query = { connectionId: id, viewer: { kind: 'service' }, from: from ?? 1, limit: limit ?? null } as const;
  const history = await readHistory(toolbox, query, operator);
  if (history.isErr()) return err(refusalOfReading(history.error, id));
  const { data, next_from } = history.value;
  const remarks = next_from === null ? [] : [`More events follow: go on with --from ${next_from}.`];
  return ok(done(history.value, data.flatMap(historyParagraph), remarks));
};

const workOf = (parsed: Input): Result<Work, Refusal> => {
  const { id, at, from, limit } = parsed;
  if (at === undefined) return ok(showHistory(parsed));
  if (from === undefined && limit === undefined) return ok(showState(id, at));
  return err(wrongUse('--at shows one state, --from and --limit a part of the history: use one or the other.'));
};

const help = `
Shows every event in order: revision, time, type, who caused it and by what, its hash in the chain, and what it
changed. Sealed values (tokens, the profile) are shown as [sealed]. With --at it shows the connection as it was at
that moment instead, what occurred at that very moment included; fields that were erased since are empty.
Every reading is recorded in the security log.

Examples:
  $ npm run cli -- history 6f0e0000-0000-5000-8000-000000000000
  $ npm run cli -- history 6f0e0000-0000-5000-8000-000000000000 --at 2026-01-31T12:00:00Z
  $ npm run cli -- history 6f0e0000-0000-5000-8000-000000000000 --at 3 --json

With --json: {"data":[{"revision","type","actor","cause","occurred_at","hash","data"}],"next_from"}; with --at the
connection as GET /v1/connections/{id} shows it.`;

export const addHistory = (program: Command, runner: CommandRunner): void => {
  program
    .command('history')
    .argument('<id>', 'the connection')
    .summary('show what happened to a connection, or how it was at a moment')
    .description('Show what happened to a connection, or how it was at a moment.')
    .option('--at <moment>', 'the state after a revision (3) or at a time (2026-01-31T12:00:00Z)')
    .option('--from <revision>', 'begin at this revision')
    .option('--limit <count>', 'show so many events at most')
    .option('--json', 'print one JSON document')
    .addHelpText('after', help)
    .action((id: string, options: object) => runner.run(options, parseInput(input, { id, ...options }).andThen(workOf)));
};
