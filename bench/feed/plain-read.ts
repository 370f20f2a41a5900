import type pg from 'pg';
import { z } from 'zod';
import { createPool } from '../../src/adapters/postgres/pool.ts';

/** The same events under a plain sequence, as one would store them without a thought for the order of commits. */
export const plainCopy = `
  create table plain_feed as
    select row_number() over (order by xid, position) as position, stream, revision, id, type, schema_version, occurred_at,
      data::json, metadata::json, recorded_at
    from tiktok_connections.events;
  alter table plain_feed add primary key (position);
  analyze plain_feed`;

const statement = {
  name: 'plain_page',
  text: `select position, stream, revision, id, type, schema_version, occurred_at, data, metadata, recorded_at
    from plain_feed where position > $1 order by position limit $2`,
};

const lastRow = z.object({ position: z.string() });

/** Keyset pages one after the other; the driver parses the JSON and nothing is checked. */
const readToEnd = async (pool: pg.Pool, pageSize: number): Promise<number> => {
  let count = 0;
  for (let after = '0'; ; ) {
    const { rows } = await pool.query({ ...statement, values: [after, pageSize] });
    const last: unknown = rows.at(-1);
    if (last === undefined) return count;
    after = lastRow.parse(last).position;
    count += rows.length;
  }
};

export interface EventReader extends AsyncDisposable {
  readonly name: string;
  /** Reads everything from the beginning. @returns how many events there were */
  readAll(): Promise<number>;
}

export const plainReader = (url: string, pageSize: number): EventReader => {
  const pool = createPool({ url });
  return { name: 'plain pages', readAll: () => readToEnd(pool, pageSize), [Symbol.asyncDispose]: () => pool.end() };
};
