import { ResultAsync } from 'neverthrow';
import type pg from 'pg';
import { z } from 'zod';
import type { DatabaseClock } from '../../application/ports/database-clock.ts';
import type { Instant } from '../../domain/values/instant.ts';
import { rowsOf } from './database.ts';
import { databaseUnavailable } from './failure.ts';
import { gather } from './gather.ts';
import { instantColumn } from './row-types.ts';

const selectNow = { name: 'database-clock', text: 'select clock_timestamp() as now' };
const nowRow = z.object({ now: instantColumn });

/** Questions of one turn of the event loop share an answer, which is of a moment after all of them. */
export const createDatabaseClock = (pool: pg.Pool): DatabaseClock => {
  const askTogether = async (asked: readonly null[]): Promise<readonly Instant[]> => {
    const [row] = await rowsOf(pool, selectNow, [], nowRow);
    if (row === undefined) throw new Error('PostgreSQL answered no row to a question that always has one');
    return asked.map(() => row.now);
  };
  const askOne = gather<null, Instant>({ send: askTogether, atOnce: 2, mostTogether: 1_000 });
  return { now: () => ResultAsync.fromPromise(askOne(null), databaseUnavailable) };
};
