import { err, ok, type Result } from 'neverthrow';
import { z } from 'zod';
import type { ParkedAt, ProjectionOperations, ResumeRefused } from '../../../application/ports/projection-operations.ts';
import type { Work } from '../command-runner.ts';
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

const placeOf = ({ projection, stream, revision, reason }: ParkedAt): string =>
  printable(`${projection}: ${stream} at event ${revision} (${reason})`);

/** Shows where projections stopped. */
export const listParked: Work = async ({ operations }) => {
  const parked = await operations.parked();
  if (parked.isErr()) return err(refusalOfUnavailable(parked.error));
  const cells = ({ projection, stream, revision, eventType, parkedAt, reason }: ParkedAt) =>
    [projection, stream, String(revision), eventType, parkedAt, reason] as const;
  const rows = parked.value.map(cells);
  const lines = rows.length === 0 ? [] : table(['projection', 'stream', 'event', 'type', 'parked', 'reason'], rows);
  return ok(done({ data: parked.value.map(documentOf) }, lines, rows.length === 0 ? ['No stream is parked.'] : []));
};

export const parkedInput = z.object({
  stream: z.string().optional(),
  projection: z.string().optional(),
  dryRun: z.boolean().default(false),
});
export type ParkedInput = z.infer<typeof parkedInput>;

/** The parked streams that the person means. */
const meant = async (
  operations: ProjectionOperations,
  { stream, projection }: ParkedInput,
): Promise<Result<readonly ParkedAt[], Refusal>> => {
  const parked = await operations.parked();
  if (parked.isErr()) return err(refusalOfUnavailable(parked.error));
  if (projection !== undefined && !operations.projections.includes(projection)) {
    return err(wrongUse(`There is no projection ${printable(projection)}: choose from ${operations.projections.join(', ')}.`));
  }
  const isMeant = (each: ParkedAt): boolean =>
    (stream ?? each.stream) === each.stream && (projection ?? each.projection) === each.projection;
  const found = parked.value.filter(isMeant);
  if (found.length > 0 || stream === undefined) return ok(found);
  const where = projection === undefined ? '' : ` in ${projection}`;
  return err(wrongUse(`${printable(stream)} is not parked${where}: \`parked list\` shows what is.`));
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

/** Tries streams again, or passes over what they are parked at. */
export const resumeParked =
  (way: 'retry' | 'skip', given: ParkedInput): Work =>
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

export const wouldSkipParked =
  (given: ParkedInput): Work =>
  async ({ operations }) => {
    const found = await meant(operations, given);
    return found.map((parked) =>
      done(
        { would_skip: parked.map(documentOf), dry_run: true },
        parked.map((each) => `Would pass over the event for good: ${placeOf(each)}.`),
      ),
    );
  };
