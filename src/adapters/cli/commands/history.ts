import type { Command } from 'commander';
import { err, ok, type Result } from 'neverthrow';
import { z } from 'zod';
import { historySubject, type HistorySubject } from '../../../application/auditing/history-subject.ts';
import { readCauses } from '../../../application/auditing/read-causes.ts';
import { causeTree } from '../cause-text.ts';
import type { CommandRunner, Outcome, Work } from '../command-runner.ts';
import { countOption, historyArgument, momentOption, parseInput } from '../input.ts';
import { done, wrongUse, type Refusal } from '../outcome.ts';
import { operator } from '../operator.ts';
import { refusalOfUnavailable, unknownSubject } from '../refusals.ts';
import type { Toolbox } from '../toolbox.ts';
import { showConnection, showConnectionAt } from './history-of-connection.ts';
import { showPublication, showPublicationAt } from './history-of-publication.ts';

const input = z.object({
  id: historyArgument,
  at: momentOption.optional(),
  tree: z.boolean().default(false),
  from: countOption('--from').optional(),
  limit: countOption('--limit').optional(),
});
type Input = z.infer<typeof input>;

const showCauses = async (toolbox: Toolbox, subject: HistorySubject): Promise<Outcome> => {
  const causes = await readCauses(toolbox, subject, operator);
  return causes.isErr() ? err(refusalOfUnavailable(causes.error)) : ok(done({ data: causes.value }, causeTree(causes.value)));
};

const show = (toolbox: Toolbox, subject: HistorySubject, { at, tree, from = 1, limit }: Input): Promise<Outcome> => {
  if (tree) return showCauses(toolbox, subject);
  if (subject.kind === 'connection') return at === undefined ? showConnection(toolbox, subject.id, from, limit ?? null) : showConnectionAt(toolbox, subject.id, at);
  return at === undefined ? showPublication(toolbox, subject.id, from, limit ?? null) : showPublicationAt(toolbox, subject.id, at);
};

const workOf = (parsed: Input): Result<Work, Refusal> => {
  const { id, at, tree, from, limit } = parsed;
  const partial = from !== undefined || limit !== undefined;
  if (at !== undefined && partial) return err(wrongUse('--at shows one state, --from and --limit a part of the history: use one or the other.'));
  if (tree && (at !== undefined || partial)) return err(wrongUse('--tree shows all that led to what: leave out --at, --from and --limit.'));
  return ok(async (toolbox) => {
    const subject = await historySubject(toolbox.eventStore, id);
    if (subject.isErr()) return err(refusalOfUnavailable(subject.error));
    return subject.value === null ? err(unknownSubject(id)) : show(toolbox, subject.value, parsed);
  });
};

const help = `
Takes the id of a connection or of a publication. Shows every event in order: revision, time, type, who caused it and
by what, its hash in the chain, and what it changed. Sealed values (tokens, the profile) are shown as [sealed]. With
--at it shows the connection or the publication as it was at that moment instead, what occurred at that very moment
included; fields that were erased since are empty. With --tree it shows what led to what: requests, webhooks and
commands, the events that each wrote, the work in the background that followed from an event, and what that wrote,
over the connection and its publications; of a publication what led to it and what came of it. What names no cause that
is still known begins a tree of its own. Every reading is recorded in the security log.

Examples:
  $ npm run cli -- history 6f0e0000-0000-5000-8000-000000000000
  $ npm run cli -- history 6f0e0000-0000-5000-8000-000000000000 --at 2026-01-31T12:00:00Z
  $ npm run cli -- history 6f0e0000-0000-5000-8000-000000000000 --at 3 --json
  $ npm run cli -- history 6f0e0000-0000-5000-8000-000000000000 --tree

With --json: {"data":[{"revision","type","actor","cause","occurred_at","hash","data"}],"next_from"}; with --at the
connection or publication as GET /v1/connections/{id} or GET /v1/publications/{id} shows it; with --tree {"data":[…]},
parents first, each with "node", "id", "parent", "depth", "actor" and "occurred_at", and "kind", "cause" and
"correlation_id" where "node" is "run", "stream", "revision", "type", "hash" and "data" where it is "event".`;

export const addHistory = (program: Command, runner: CommandRunner): void => {
  program
    .command('history')
    .argument('<id>', 'of a connection or a publication')
    .summary('show what happened to a connection or a publication, why, or how it was at a moment')
    .description('Show what happened to a connection or a publication, why, or how it was at a moment.')
    .option('--at <moment>', 'the state after a revision (3) or at a time (2026-01-31T12:00:00Z)')
    .option('--tree', 'show what led to what')
    .option('--from <revision>', 'begin at this revision')
    .option('--limit <count>', 'show so many events at most')
    .option('--json', 'print one JSON document')
    .addHelpText('after', help)
    .action((id: string, options: object) => runner.run(options, parseInput(input, { id, ...options }).andThen(workOf)));
};
