import type pg from 'pg';
import { z } from 'zod';
import { createPool } from '../../src/adapters/postgres/pool.ts';
import { foldRow, type EventRow, type Folded } from './hand-made-fold.ts';
import type { Rebuilder } from './our-rebuild.ts';

const pageSize = 2_000;
const day = 86_400_000;

const emptyTable = `
  drop table if exists hand_made_work;
  create table hand_made_work (kind text not null, connection_id uuid not null, due_at timestamptz not null, primary key (kind, connection_id))`;

const readPage = {
  name: 'hand_made_work_page',
  text: `select xid, position, stream, type, occurred_at, data from tiktok_connections.events
    where (xid, position) > ($1::xid8, $2::bigint) order by xid, position limit ${pageSize}`,
};

const remove = { name: 'hand_made_work_remove', text: 'delete from hand_made_work where connection_id = any($1::uuid[])' };

const upsert = {
  name: 'hand_made_work_upsert',
  text: `insert into hand_made_work select * from json_to_recordset($1::json) as c (kind text, connection_id uuid, due_at timestamptz)
    on conflict (kind, connection_id) do update set due_at = excluded.due_at`,
};

const rows = z.custom<readonly EventRow[]>(Array.isArray);

const after = (moment: string, millis: number): string => new Date(Date.parse(moment) + millis).toISOString();

/** When the tokens of each connection are to be refreshed and its profile is to be looked at again, as one would list it by hand. */
const listByHand = async (pool: pg.Pool): Promise<void> => {
  await pool.query(emptyTable);
  const folded: Folded = new Map();
  for (let place = { xid: '0', position: '0' }; ; ) {
    const page = rows.parse((await pool.query({ ...readPage, values: [place.xid, place.position] })).rows);
    const last = page.at(-1);
    if (last === undefined) return;
    place = last;
    const touched = new Set(page.map((row) => foldRow(folded, row)));
    const due = [...touched].flatMap((id) => {
      const connection = folded.get(id);
      if (connection === undefined) return [];
      return [
        { kind: 'refresh', connection_id: id, due_at: after(connection.token_expires_at, -day) },
        { kind: 'validate', connection_id: id, due_at: after(connection.updated_at, day) },
      ];
    });
    const gone = [...touched].filter((id) => !folded.has(id));
    if (gone.length > 0) await pool.query({ ...remove, values: [gone] });
    if (due.length > 0) await pool.query({ ...upsert, values: [JSON.stringify(due)] });
  }
};

export const handMadeWork = (url: string): Rebuilder => {
  const pool = createPool({ url });
  return { name: 'work by hand', run: () => listByHand(pool), [Symbol.asyncDispose]: () => pool.end() };
};
