import { z } from 'zod';
import { rowsOf, type Connection } from '../database.ts';

const statementRow = z.object({ statement: z.string() });

const switches = {
  name: 'row_security.switches',
  text: `select format('alter table %s %s row level security', $2::regclass, action) as statement
    from pg_class c, lateral (values (c.relrowsecurity, 'enable'), (c.relforcerowsecurity, 'force')) as s (stands, action)
    where c.oid = $1::regclass and stands`,
};

const policies = {
  name: 'row_security.policies',
  text: `select format('create policy %I on %s as %s for %s to %s%s%s', p.polname, $2::regclass,
      case when p.polpermissive then 'permissive' else 'restrictive' end,
      case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
      (select string_agg(case r.role when 0 then 'public' else quote_ident(pg_get_userbyid(r.role)) end, ', ') from unnest(p.polroles) as r (role)),
      ' using (' || pg_get_expr(p.polqual, p.polrelid) || ')', ' with check (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')') as statement
    from pg_policy p where p.polrelid = $1::regclass order by p.polname`,
};

/** Gives one table the row-level security of another, switches and policies. A policy may name only columns that both have. Names are SQL. */
export const copyRowSecurity = async (connection: Connection, from: string, to: string): Promise<void> => {
  for (const statements of [switches, policies]) {
    for (const { statement } of await rowsOf(connection, statements, [from, to], statementRow)) await connection.query(statement);
  }
};
