import { err, errAsync, ok, okAsync, ResultAsync, type Result } from 'neverthrow';
import type pg from 'pg';
import type { BadCursor, ConnectionPage, ConnectionQuery, Connections } from '../../../application/ports/connections.ts';
import { connectionStatuses } from '../../../application/reading/connection-view.ts';
import { ask, askFirst } from '../database.ts';
import { databaseUnavailable } from '../failure.ts';
import { cursorOf, parseCursor, type PagePosition } from '../page-cursor.ts';
import { gatherReads } from './gathered-reads.ts';
import { byId, page } from './page-statements.ts';
import { listedRow, viewRow } from './view-row.ts';

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

export const createConnections = (pool: pg.Pool): Connections => {
  const readForService = gatherReads(pool);
  return {
    byId: (id, viewer) =>
      viewer.kind === 'owner'
        ? askFirst(pool, byId, [id, viewer.userId], viewRow)
        : ResultAsync.fromPromise(readForService(id), databaseUnavailable),

    list: (query) => {
      const position = positionOf(query);
      if (position.isErr()) return errAsync(position.error);
      const user = userOf(query);
      if (user === null) return okAsync(emptyPage);
      const after = position.value;
      const { openId, limit, viewer } = query;
      const statuses = query.statuses ?? (user === undefined ? null : connectionStatuses);
      const shape = { viewer: viewer.kind, statuses: statuses !== null, user: user !== undefined, openId: openId !== null, after: after !== undefined };
      const values = [
        // One more than asked for tells whether another page follows.
        limit + 1,
        ...(statuses === null ? [] : [statuses]),
        ...(user === undefined ? [] : [user]),
        ...(openId === null ? [] : [openId]),
        ...(after === undefined ? [] : [after.at, after.id]),
      ];
      return ask(pool, page(shape), values, listedRow).map((rows): ConnectionPage => {
        const shown = rows.slice(0, limit);
        const last = shown.at(-1);
        const more = rows.length > limit && last !== undefined;
        return {
          connections: shown.map(({ view }) => view),
          nextCursor: more ? cursorOf({ at: last.listedAt, id: last.view.id }) : null,
        };
      });
    },
  };
};
