import { ResultAsync } from 'neverthrow';
import type pg from 'pg';
import { z } from 'zod';
import type { Unavailable } from '../../application/failures.ts';
import type { RecentTroubles } from '../../application/ports/database-diagnosis.ts';
import { rowsOf } from './database.ts';
import { databaseUnavailable } from './failure.ts';

/** Of every table in our schema, and of the schema itself, in which rebuilds make tables. */
export const missingRights = {
  name: 'diagnosis.missing_rights',
  text: `select format('%s %s', lower(wanted.privilege), tables.relname) as missing
    from pg_class tables
    cross join (values ('SELECT'), ('INSERT'), ('UPDATE'), ('DELETE')) as wanted (privilege)
    where tables.relnamespace = 'tiktok_connections'::regnamespace and tables.relkind = 'r'
      and not has_table_privilege(tables.oid, wanted.privilege)
      -- Facts that are never changed need no right to be.
      and not (wanted.privilege in ('UPDATE', 'DELETE') and tables.relname in ('events', 'security_log'))
    union all
    select 'make tables in the schema tiktok_connections' where not has_schema_privilege('tiktok_connections', 'CREATE')
    order by missing`,
};
export const rightRow = z.object({ missing: z.string() }).transform(({ missing }) => missing);

/**
 * The newest entries only: the log may hold millions, and has no index by time. An entry that quotes a zero is passed over,
 * for PostgreSQL takes no part out of such JSON: what a callback says is anybody's, and must not end the whole question.
 */
const refused = {
  name: 'diagnosis.refused_connects',
  text: `select detail ->> 'code' as code, detail ->> 'tiktok' as tiktok, count(*)::integer as count
    from (select kind, at, detail from tiktok_connections.security_log order by id desc limit 20000) as newest
    where kind = 'connect_refused' and at > clock_timestamp() - interval '1 day' and strpos(detail::text, '\\u0000') = 0
    group by 1, 2 order by count desc, code`,
};
const refusedRow = z.object({ code: z.string(), tiktok: z.string().nullable(), count: z.number() });

const tokens = {
  name: 'diagnosis.tokens',
  text: `select status, reauthorization_reason as reason, count(*)::integer as count
    from tiktok_connections.connections
    where current_owner and (status = 'reauthorization_required' or (status = 'active' and access_token_expires_at < clock_timestamp()))
    group by 1, 2 order by count desc, reason`,
};
const tokensRow = z.object({ status: z.string(), reason: z.string().nullable(), count: z.number() });

export const recentTroubles = (pool: pg.Pool): ResultAsync<RecentTroubles, Unavailable> =>
  ResultAsync.fromPromise(
    Promise.all([rowsOf(pool, refused, [], refusedRow), rowsOf(pool, tokens, [], tokensRow)]).then(([refusedConnects, found]) => ({
      refused: refusedConnects,
      reauthorization: found.filter(({ status }) => status !== 'active').map(({ reason, count }) => ({ reason: reason ?? 'unknown', count })),
      expired: found.find(({ status }) => status === 'active')?.count ?? 0,
    })),
    databaseUnavailable,
  );
