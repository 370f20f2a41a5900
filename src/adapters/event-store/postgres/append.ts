import { err, ok, type Result } from 'neverthrow';
import type pg from 'pg';
import type { StreamName } from '../../../application/ports/event-names.ts';
import type { AppendFailure, StreamHead } from '../../../application/ports/event-store.ts';
import { appendedAs, writtenAs, type AppendedEntries, type EntryToAppend } from '../event-log.ts';
import { answers, appendEvents, valuesOfSeveral, type Answer } from './append-statements.ts';
import { checkpointAt } from './checkpoints.ts';
import type { GatheredAppends } from './gathered-appends.ts';
import type { ReadOne } from './gathered-reads.ts';
import { addressesOf } from './rows.ts';
import { appendFailureOf, sendAppend } from './send-append.ts';

export type AppendParts = Readonly<{ pool: pg.Pool; gathered: GatheredAppends; readOne: ReadOne }>;

const ask = async (
  { pool, gathered }: AppendParts,
  stream: StreamName,
  head: StreamHead,
  entries: readonly EntryToAppend[],
): Promise<Result<Answer, AppendFailure>> => {
  const first = await gathered.append({ stream, head, entries });
  if (first.isErr()) return err(first.error);
  if (first.value !== null) return ok(first.value);
  // Not written. Whether it stands there already is for the function to say, which sees what came in between.
  const several = await sendAppend(pool, { ...appendEvents, values: valuesOfSeveral(stream, head, entries) });
  return several.map((rows) => answers.parse(rows)[0]).mapErr((error) => appendFailureOf(error, stream));
};

/** Appends in one statement; one that meets another's events takes a second, which tells a repeat from a conflict. */
export const appendEntries = async (
  parts: AppendParts,
  store: string,
  stream: StreamName,
  head: StreamHead,
  entries: readonly EntryToAppend[],
): Promise<Result<AppendedEntries, AppendFailure>> => {
  const answered = await ask(parts, stream, head, entries);
  if (answered.isErr()) return err(answered.error);
  const answer = answered.value;
  if (answer.outcome === 'conflict') return err({ kind: 'Conflict', stream });
  // The same ids with other bytes: what stands there was sealed by an earlier try.
  const same = entries.every(({ hash }, index) => answer.hashes[index] === hash);
  if (!same) {
    const read = await parts.readOne({ stream, fromRevision: head.revision + 1, limit: entries.length });
    return read.map((rows) => appendedAs(addressesOf(store, rows)));
  }
  const place = { xid: answer.xids.at(-1) ?? '', position: answer.positions.at(-1) ?? '' };
  return ok({ entries: writtenAs(stream, entries), checkpoint: checkpointAt(store, place) });
};
