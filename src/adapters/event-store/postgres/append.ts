import { err, ok, type Result } from 'neverthrow';
import type pg from 'pg';
import { z } from 'zod';
import { chainHash, type StreamName } from '../../../application/ports/event-names.ts';
import type { AppendFailure, EventAddress, StreamHead } from '../../../application/ports/event-store.ts';
import type { EntryToAppend } from '../event-log.ts';
import { checkpointAt } from './checkpoints.ts';
import { outcomeOf, storeUnavailable } from './failures.ts';
import { readStream } from './read-stream.ts';
import { recordedInstant } from './rows.ts';

const statement = {
  name: 'append_events',
  text: `select outcome, xids, positions, recorded, hashes
    from tiktok_connections.append_events($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
};

const answers = z.tuple([
  z.discriminatedUnion('outcome', [
    z.object({ outcome: z.literal('conflict') }),
    z.object({
      outcome: z.enum(['appended', 'repeated']),
      xids: z.array(z.string()),
      positions: z.array(z.string()),
      recorded: z.array(z.number()),
      hashes: z.array(z.string()),
    }),
  ]),
]);
type Answer = z.output<typeof answers>[0];
type Placed = Extract<Answer, { positions: unknown }>;

const valuesOf = (stream: StreamName, head: StreamHead, entries: readonly EntryToAppend[]): unknown[] => [
  stream,
  head.revision,
  head.hash ?? '',
  entries.map(({ id }) => id),
  entries.map(({ type }) => type),
  entries.map(({ schemaVersion }) => schemaVersion),
  entries.map(({ occurredAt }) => occurredAt),
  entries.map(({ data }) => data),
  entries.map(({ metadata }) => metadata),
  entries.map(({ hash }) => hash),
];

const send = async (pool: pg.Pool, stream: StreamName, values: unknown[]): Promise<Result<Answer, AppendFailure>> => {
  let client: pg.PoolClient;
  try {
    client = await pool.connect();
  } catch (error) {
    return err(storeUnavailable(error));
  }
  let rows: unknown;
  try {
    rows = (await client.query({ ...statement, values })).rows;
    client.release();
  } catch (error) {
    const outcome = outcomeOf(error);
    client.release(outcome === 'unknown');
    if (outcome === 'unknown') return err({ kind: 'OutcomeUnknown', stream });
    return err(outcome === 'conflict' ? { kind: 'Conflict', stream } : storeUnavailable(error));
  }
  return ok(answers.parse(rows)[0]);
};

const placed = (store: string, stream: StreamName, entries: readonly EntryToAppend[], answer: Placed): readonly EventAddress[] =>
  entries.map(({ occurredAt, data, metadata, ...entry }, index) => ({
    ...entry,
    stream,
    checkpoint: checkpointAt(store, { xid: answer.xids[index] ?? '', position: answer.positions[index] ?? '' }),
    recordedAt: recordedInstant(answer.recorded[index] ?? 0),
    stored: { data, metadata, occurredAt },
  }));

/** Appends in one statement; see `append_events` for the order of its steps. */
export const appendEntries = async (
  pool: pg.Pool,
  store: string,
  stream: StreamName,
  head: StreamHead,
  entries: readonly EntryToAppend[],
): Promise<Result<readonly EventAddress[], AppendFailure>> => {
  const answered = await send(pool, stream, valuesOf(stream, head, entries));
  if (answered.isErr()) return err(answered.error);
  const answer = answered.value;
  if (answer.outcome === 'conflict') return err({ kind: 'Conflict', stream });
  const same = entries.every(({ hash }, index) => chainHash(answer.hashes[index] ?? '') === hash);
  // The same ids with other bytes: what stands there was sealed by an earlier try.
  return same ? ok(placed(store, stream, entries, answer)) : readStream(pool, store, stream, head.revision + 1, entries.length);
};
