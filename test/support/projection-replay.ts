import type pg from 'pg';
import { expect } from 'vitest';
import { createBatchWriter } from '../../src/adapters/postgres/projector/write-batch.ts';
import { adoptTables, readState } from '../../src/adapters/postgres/projector/projection-state.ts';
import { namesOf } from '../../src/adapters/postgres/projector/projection-tables.ts';
import type { Projector } from '../../src/adapters/postgres/projector/projector.ts';
import { rebuild } from '../../src/adapters/postgres/projector/rebuild.ts';
import type { EventStore } from '../../src/application/ports/event-store.ts';

export type Rows = Readonly<Record<string, readonly Record<string, unknown>[]>>;

/** All rows of a projector's tables, in one order. */
export const tableRows = async (pool: pg.Pool, projector: Projector): Promise<Rows> => {
  const entries = await Promise.all(
    projector.tables.map(async (table) => {
      const { rows } = await pool.query<Record<string, unknown>>(`select * from ${namesOf(table, 'live').table} t order by t::text`);
      return [table.name, rows] as const;
    }),
  );
  return Object.fromEntries(entries);
};

/** Follows the history to its end, in batches of one size, without a driver. */
export const projectAll = async (pool: pg.Pool, eventStore: EventStore, projector: Projector, batchSize = 100): Promise<void> => {
  await adoptTables(pool, projector);
  const writer = createBatchWriter(pool, projector, 'live');
  let at = (await readState(pool, projector.name, 'live'))?.checkpoint ?? null;
  const signal = new AbortController().signal;
  for await (const batch of eventStore.feed({ after: at, streamPrefixes: projector.streamPrefixes, batchSize, live: false, signal })) {
    const { checkpoint } = batch._unsafeUnwrap();
    if (checkpoint === at) continue;
    expect((await writer.write(at, batch._unsafeUnwrap()))._unsafeUnwrap().kind).toBe('Written');
    at = checkpoint;
  }
};

export const rebuilt = async (pool: pg.Pool, eventStore: EventStore, projector: Projector): Promise<void> => {
  (await rebuild({ pool, eventStore, projector, signal: new AbortController().signal, fresh: true }))._unsafeUnwrap();
};

/** Tables as a migration leaves them. */
export const emptyTables = async (pool: pg.Pool, projector: Projector): Promise<void> => {
  await pool.query(`truncate ${projector.tables.map((table) => namesOf(table, 'live').table).join(', ')}`);
  await pool.query(`delete from tiktok_connections.parked_streams where projection = $1`, [projector.name]);
  await pool.query(`delete from tiktok_connections.skipped_events where projection = $1`, [projector.name]);
  await pool.query(`update tiktok_connections.projections set checkpoint = null, fingerprint = null where projection = $1 and copy = 'live'`, [projector.name]);
};

/**
 * The rows that the history leads to. Replayed twice, in small batches and in large ones, and once more by a rebuild:
 * the rows must be the same each time.
 */
export const replayedRows = async (pool: pg.Pool, eventStore: EventStore, projector: Projector): Promise<Rows> => {
  await projectAll(pool, eventStore, projector, 1_000);
  const rows = await tableRows(pool, projector);
  await emptyTables(pool, projector);
  await projectAll(pool, eventStore, projector, 2);
  expect(await tableRows(pool, projector)).toEqual(rows);
  await rebuilt(pool, eventStore, projector);
  expect(await tableRows(pool, projector)).toEqual(rows);
  return rows;
};
