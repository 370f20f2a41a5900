import { ResultAsync } from 'neverthrow';
import type pg from 'pg';
import { z } from 'zod';
import type { LoggedEntry, SecurityLogPages } from '../../application/ports/security-log-pages.ts';
import { rowsOf } from './database.ts';
import { databaseUnavailable } from './failure.ts';
import { connectionIdColumn, instantColumn } from './row-types.ts';

const settled = { name: 'security_log.settled', text: 'select tiktok_connections.settled_security_log() as id' };

const columns = 'id, at, kind, principal, connection_id, detail';

const page = {
  name: 'security_log.page',
  text: `select ${columns} from tiktok_connections.security_log where id > $1 and id <= $2 order by id limit $3`,
};

const pageOfConnection = {
  name: 'security_log.page_of_connection',
  text: `select ${columns} from tiktok_connections.security_log where id > $1 and id <= $2 and connection_id = $4 order by id limit $3`,
};

const settledRow = z.object({ id: z.string() });

const entryRow = z
  .object({
    id: z.string(),
    at: instantColumn,
    kind: z.string(),
    principal: z.string(),
    connection_id: connectionIdColumn.nullable(),
    detail: z.record(z.string(), z.unknown()),
  })
  .transform(({ connection_id: connectionId, ...entry }): LoggedEntry => ({ ...entry, connectionId }));

export const createSecurityLogPages = (pool: pg.Pool): SecurityLogPages => ({
  page: ({ after, limit, connectionId }) =>
    ResultAsync.fromPromise(
      (async () => {
        // Two statements: the second must not see less than what the first called settled.
        const [edge = { id: '0' }] = await rowsOf(pool, settled, [], settledRow);
        const values = [after ?? '0', edge.id, limit + 1];
        const found =
          connectionId === null
            ? await rowsOf(pool, page, values, entryRow)
            : await rowsOf(pool, pageOfConnection, [...values, connectionId], entryRow);
        const entries = found.slice(0, limit);
        return { entries, nextAfter: found.length > limit ? (entries.at(-1)?.id ?? null) : null };
      })(),
      databaseUnavailable,
    ),
});
