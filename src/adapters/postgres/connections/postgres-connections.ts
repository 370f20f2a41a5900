import { err, errAsync, ok, okAsync, type Result } from 'neverthrow';
import type pg from 'pg';
import { z } from 'zod';
import type { BadCursor, ConnectionPage, ConnectionQuery, Connections } from '../../../application/ports/connections.ts';
import { connectionStatuses, type ConnectionView } from '../../../application/reading/connection-view.ts';
import { ask } from '../database.ts';
import { connectionIdColumn, instantColumn, scopesColumn, userIdColumn } from '../row-types.ts';
import { profileColumns, profileOf } from './connection-row.ts';
import { cursorOf, parseCursor, type PagePosition } from './page-cursor.ts';
import { byId, page } from './page-statements.ts';

const columns = z.object({
  connection_id: connectionIdColumn,
  user_id: userIdColumn,
  status: z.enum(connectionStatuses),
  scopes: scopesColumn,
  access_token_expires_at: instantColumn.nullable(),
  refresh_token_expires_at: instantColumn.nullable(),
  reauthorization_reason: z.string().nullable(),
  connected_at: instantColumn,
  updated_at: instantColumn,
  revision: z.number(),
  ...profileColumns,
});

const viewOf = (row: z.output<typeof columns>): ConnectionView => ({
  id: row.connection_id,
  userId: row.user_id,
  status: row.status,
  profile: profileOf(row),
  scopes: row.scopes,
  accessTokenExpiresAt: row.access_token_expires_at,
  refreshTokenExpiresAt: row.refresh_token_expires_at,
  reauthorizationReason: row.reauthorization_reason,
  connectedAt: row.connected_at,
  updatedAt: row.updated_at,
  revision: row.revision,
});

const viewRow = columns.transform(viewOf);
const listedRow = columns.extend({ listed_at: instantColumn }).transform((row) => ({ view: viewOf(row), listedAt: row.listed_at }));

/** Whose connections: an owner's own, or those of the user a service asked for. Null when nobody's. */
const userOf = ({ viewer, userId }: ConnectionQuery): string | null | undefined => {
  if (viewer.kind === 'service') return userId ?? undefined;
  return userId === null || userId === viewer.userId ? viewer.userId : null;
};

const positionOf = ({ cursor }: ConnectionQuery): Result<PagePosition | undefined, BadCursor> => {
  if (cursor === null) return ok(undefined);
  const position = parseCursor(cursor);
  return position === null ? err({ kind: 'BadCursor' }) : ok(position);
};

const emptyPage: ConnectionPage = { connections: [], nextCursor: null };

export const createConnections = (pool: pg.Pool): Connections => ({
  byId: (id, viewer) => ask(pool, byId, [id, viewer.kind === 'owner' ? viewer.userId : null], viewRow).map(([view]) => view ?? null),

  list: (query) => {
    const position = positionOf(query);
    if (position.isErr()) return errAsync(position.error);
    const user = userOf(query);
    if (user === null) return okAsync(emptyPage);
    const after = position.value;
    const { openId, limit, viewer } = query;
    const statement = page({ viewer: viewer.kind, user: user !== undefined, openId: openId !== null, after: after !== undefined });
    const values = [
      query.statuses ?? connectionStatuses,
      // One more than asked for tells whether another page follows.
      limit + 1,
      ...(user === undefined ? [] : [user]),
      ...(openId === null ? [] : [openId]),
      ...(after === undefined ? [] : [after.firstConnectedAt, after.id]),
    ];
    return ask(pool, statement, values, listedRow).map((rows): ConnectionPage => {
      const shown = rows.slice(0, limit);
      const last = shown.at(-1);
      const more = rows.length > limit && last !== undefined;
      return {
        connections: shown.map(({ view }) => view),
        nextCursor: more ? cursorOf({ firstConnectedAt: last.listedAt, id: last.view.id }) : null,
      };
    });
  },
});
