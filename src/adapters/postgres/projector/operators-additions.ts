import { z } from 'zod';
import { rowsOf, type Connection } from '../database.ts';
import { nextName } from './projection-tables.ts';

const statementRow = z.object({ statement: z.string() });
const nameRow = z.object({ name: z.string() });

const extraIndexes = {
  name: 'operators_additions.indexes',
  text: `select format('create %s index if not exists %I on %s %s', case when i.indisunique then 'unique' else '' end,
      left(c.relname, 63 - length($3)) || $3, $2::regclass, substring(pg_get_indexdef(c.oid) from ' (USING .*)$')) as statement
    from pg_index i join pg_class c on c.oid = i.indexrelid
    where i.indrelid = $1::regclass and not exists (select from pg_constraint k where k.conindid = c.oid)
      and not exists (select from pg_index n join pg_class m on m.oid = n.indexrelid
        where n.indrelid = $2::regclass and m.relname = left(c.relname, 63 - length($3)) || $3)
      and not exists (select from unnest(i.indkey::int2[]) as k (number) join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number
        where a.attname not in (select attname from pg_attribute where attrelid = $2::regclass and not attisdropped))`,
};

const losses = {
  name: 'operators_additions.losses',
  text: `select 'the trigger ' || tgname as name from pg_trigger where tgrelid = $1::regclass and not tgisinternal
    union all select 'the publication ' || p.pubname from pg_publication_rel r join pg_publication p on p.oid = r.prpubid where r.prrelid = $1::regclass
    union all select 'the constraint ' || k.conname from pg_constraint k
      where k.conrelid = $1::regclass and k.contype in ('c', 'u', 'x', 'f') and k.conname <> all (
        select replace(conname, $3, '') from pg_constraint where conrelid = $2::regclass)
    order by name`,
};

const suffix = nextName('');

/** Statements that make on one table what indexes an operator has added to another, where its columns allow. */
export const addedIndexes = async (connection: Connection, from: string, to: string): Promise<readonly string[]> =>
  (await rowsOf(connection, extraIndexes, [from, to, suffix], statementRow)).map(({ statement }) => statement);

/** What an operator has added to the table that no copy of it would have, in words. */
export const whatWouldBeLost = async (connection: Connection, from: string, to: string): Promise<readonly string[]> =>
  (await rowsOf(connection, losses, [from, to, suffix], nameRow)).map(({ name }) => name);
