import { err, ok, type Result } from 'neverthrow';
import pg from 'pg';
import type { Unavailable } from '../../../application/failures.ts';
import type { Checkpoint } from '../../../application/ports/event-names.ts';
import type { EventStore } from '../../../application/ports/event-store.ts';
import { inTransaction, nothing, rowsOf } from '../database.ts';
import { databaseUnavailable, isLockTimeout, wordsOf } from '../failure.ts';
import type { FeedFailure } from './follow-feed.ts';
import { whatWouldBeLost } from './operators-additions.ts';
import { lockState } from './projection-state.ts';
import { namesOf } from './projection-tables.ts';
import type { Projector } from './projector.ts';
import { swapTable } from './swap-table.ts';
import type { BatchWriter } from './write-batch.ts';

/** PostgreSQL refuses to exchange the tables, and will until somebody acts. */
export type SwapRefused = Readonly<{ kind: 'SwapRefused'; reason: string }>;

/** `InUse`: readers held on to a table for longer than others may wait behind us. `Behind`: more must be built first. */
export type SwapEnd = 'Swapped' | 'InUse' | 'Behind';

const waitForReadersMillis = 500;
const finalBatches = 3;
const finalBatch = 500;

const takeOver = {
  name: 'swap.take_over',
  text: `with built as (delete from tiktok_connections.projections where projection = $1 and copy = 'next' returning *),
      forgotten as (delete from tiktok_connections.parked_streams where projection = $1 and copy = 'live')
    update tiktok_connections.projections live set version = built.version, fingerprint = built.fingerprint,
      checkpoint = built.checkpoint, parking = greatest(live.parking, built.parking) + 1, updated_at = clock_timestamp()
    from built where live.projection = $1 and live.copy = 'live'`,
};

const takeOverParked = {
  name: 'swap.take_over_parked',
  text: `update tiktok_connections.parked_streams set copy = 'live' where projection = $1 and copy = 'next'`,
};

export type SwapParts = Readonly<{ pool: pg.Pool; eventStore: EventStore; projector: Projector; writer: BatchWriter; signal: AbortSignal; anotherStore: boolean }>;

class NotSwapped extends Error {
  readonly end: SwapEnd | FeedFailure | SwapRefused;

  constructor(end: SwapEnd | FeedFailure | SwapRefused) {
    super('not swapped');
    this.end = end;
  }
}

const reached = (checkpoint: Checkpoint | null, goal: Checkpoint | null): boolean =>
  goal === null || (checkpoint !== null && checkpoint >= goal);

/** Also what lies beyond the end of a store that was restored to an earlier moment. */
const isOfAnotherStore = async ({ eventStore, projector, signal }: SwapParts, goal: Checkpoint | null): Promise<boolean> => {
  const feed = eventStore.feed({ after: goal, streamPrefixes: projector.streamPrefixes, batchSize: 1, live: false, signal });
  const reading = feed[Symbol.asyncIterator]();
  const first = await reading.next();
  await reading.return?.();
  return first.done !== true && first.value.isErr() && first.value.error.kind === 'CheckpointOfAnotherStore';
};

/** The last steps, while the live tables' driver waits: nobody's checkpoint ever goes back. */
const closeTheGap = async (client: pg.PoolClient, parts: SwapParts, from: Checkpoint | null, goal: Checkpoint | null): Promise<void> => {
  if (reached(from, goal) || (parts.anotherStore && (await isOfAnotherStore(parts, goal)))) return;
  const { eventStore, projector, writer, signal } = parts;
  const feed = eventStore.feed({ after: from, streamPrefixes: projector.streamPrefixes, batchSize: finalBatch, live: false, signal });
  let at = from;
  let batches = 0;
  for await (const batch of feed) {
    if (batch.isErr()) throw new NotSwapped(batch.error);
    if (batch.value.checkpoint !== at) await writer.writeWithin(client, at, batch.value);
    at = batch.value.checkpoint;
    if (reached(at, goal)) return;
    batches += 1;
    if (batches === finalBatches) break;
  }
  throw new NotSwapped('Behind');
};

const swapWithin = async (client: pg.PoolClient, parts: SwapParts): Promise<SwapEnd> => {
  const { projector } = parts;
  await client.query(`set local lock_timeout = ${waitForReadersMillis}`);
  const live = await lockState(client, projector.name, 'live');
  const next = await lockState(client, projector.name, 'next');
  if (next === null) throw new NotSwapped('Behind');
  await closeTheGap(client, parts, next.checkpoint, live?.checkpoint ?? null);
  for (const table of projector.tables) {
    const lost = await whatWouldBeLost(client, namesOf(table, 'live').table, namesOf(table, 'next').table);
    if (lost.length > 0) throw new NotSwapped({ kind: 'SwapRefused', reason: `${table.name} would lose ${lost.join(', ')}; drop it first` });
    await swapTable(client, table);
  }
  await rowsOf(client, takeOver, [projector.name], nothing);
  await rowsOf(client, takeOverParked, [projector.name], nothing);
  return 'Swapped';
};

const refusals: Readonly<Record<string, string>> = {
  '2BP01': 'something depends on the old table that cannot follow the new one (a materialized view, a foreign key, a function); drop it first',
  '42501': 'the role of this service may not change the table, one of its grants or a view over it; let it own them',
  '42703': 'a policy speaks of a column that the new table lacks; drop the policy first',
  '42P16': 'a view over the table does not fit its new columns; drop the view first',
};

/** Exchanges the tables in one transaction; readers see the old ones or the new ones, and wait half a second at most. */
export const swap = async (parts: SwapParts): Promise<Result<SwapEnd, FeedFailure | SwapRefused | Unavailable>> => {
  try {
    return ok(await inTransaction(parts.pool, (client) => swapWithin(client, parts)));
  } catch (error) {
    if (error instanceof NotSwapped) return typeof error.end === 'string' ? ok(error.end) : err(error.end);
    if (isLockTimeout(error)) return ok('InUse');
    const refusal = error instanceof pg.DatabaseError ? refusals[error.code ?? ''] : undefined;
    return err(refusal === undefined ? databaseUnavailable(error) : { kind: 'SwapRefused', reason: `${wordsOf(error)}: ${refusal}` });
  }
};
