import { z } from 'zod';
import { rowsOf, type Connection } from '../database.ts';

const viewRow = z.object({ statement: z.string() });

// A view holds on to the table it was made over, not to its name.
const views = {
  name: 'dependent_views.definitions',
  text: `select distinct format('create or replace view %s%s as %s', v.oid::regclass,
      ' with (' || array_to_string(v.reloptions, ', ') || ')', pg_get_viewdef(v.oid)) as statement
    from pg_depend d
    join pg_rewrite r on r.oid = d.objid and d.classid = 'pg_rewrite'::regclass
    join pg_class v on v.oid = r.ev_class
    where d.refclassid = 'pg_class'::regclass and d.refobjid = $1::regclass and v.relkind = 'v'`,
};

/** Statements that make every view over this table anew, over whatever bears its name then. */
export const viewsOver = async (connection: Connection, table: string): Promise<readonly string[]> =>
  (await rowsOf(connection, views, [table], viewRow)).map(({ statement }) => statement);
