import { z } from 'zod';
import { rowsOf, type Connection } from '../database.ts';

const grantsRow = z.object({ statement: z.string() });

// Whatever default privileges gave the new table is taken back first: it shall have what the old one has, no more.
const revokes = {
  name: 'table_grants.revokes',
  text: `select distinct format('revoke all on %s from %s', $1::regclass, case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end) as statement
    from pg_class c, aclexplode(c.relacl) a
    where c.oid = $1::regclass and a.grantee <> c.relowner`,
};

const grants = {
  name: 'table_grants.grants',
  text: `with acls as (
      select c.relowner, c.relacl as acl, null::name as column_name from pg_class c where c.oid = $1::regclass
      union all
      select c.relowner, a.attacl, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid
      where c.oid = $1::regclass and a.attacl is not null and not a.attisdropped
        and exists (select from pg_attribute n where n.attrelid = $2::regclass and n.attname = a.attname and not n.attisdropped))
    select format('grant %s%s on %s to %s%s', a.privilege_type, ' (' || quote_ident(column_name) || ')', $2::regclass,
      case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end,
      case when a.is_grantable then ' with grant option' else '' end) as statement
    from acls, aclexplode(acls.acl) a
    where a.grantee <> acls.relowner`,
};

const owner = {
  name: 'table_grants.owner',
  text: `select format('alter table %s owner to %I', $2::regclass, pg_get_userbyid(o.relowner)) as statement
    from pg_class o join pg_class n on n.oid = $2::regclass
    where o.oid = $1::regclass and o.relowner <> n.relowner`,
};

/** Gives one table the owner and the grants of another, columns included. Names are SQL. */
export const copyGrants = async (connection: Connection, from: string, to: string): Promise<void> => {
  const statements = [
    ...(await rowsOf(connection, revokes, [to], grantsRow)),
    ...(await rowsOf(connection, grants, [from, to], grantsRow)),
    ...(await rowsOf(connection, owner, [from, to], grantsRow)),
  ];
  for (const { statement } of statements) await connection.query(statement);
};
