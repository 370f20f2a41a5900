import type pg from 'pg';
import { z } from 'zod';
import type { DatabaseClock } from '../../application/ports/database-clock.ts';
import { ask } from './database.ts';
import { instantColumn } from './row-types.ts';

const selectNow = { name: 'database-clock', text: 'select clock_timestamp() as now' };
const nowRow = z.object({ now: instantColumn });

export const createDatabaseClock = (pool: pg.Pool): DatabaseClock => ({
  now: () =>
    ask(pool, selectNow, [], nowRow).map(([row]) => {
      if (row === undefined) throw new Error('PostgreSQL answered no row to a question that always has one');
      return row.now;
    }),
});
