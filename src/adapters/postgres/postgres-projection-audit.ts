import { err, ok, ResultAsync, type Result } from 'neverthrow';
import type pg from 'pg';
import { z } from 'zod';
import type { Unavailable } from '../../application/failures.ts';
import type {
  AuditedProjection,
  AuditedRow,
  LiveRows,
  MadeOtherwise,
  ProjectionAudit,
  RowSelection,
} from '../../application/ports/audit-projections.ts';
import { streamName } from '../../application/ports/event-names.ts';
import { rowsOf, type Connection } from './database.ts';
import { databaseUnavailable } from './failure.ts';
import { openOwnConnection } from './own-connection.ts';
import { copyOf, makeCopy, replayIntoCopy } from './postgres-projection-audit-copy.ts';
import { auditedTable, plainText, selectAuditedRows, type AuditedTable } from './postgres-projection-audit-rows.ts';
import { listParked } from './projector/parked-streams.ts';
import { namesOf } from './projector/projection-tables.ts';
import { readState } from './projector/projection-state.ts';
import type { Projector } from './projector/projector.ts';

const skipped = {
  name: 'projection_audit.skipped',
  text: `select stream, revision from tiktok_connections.skipped_events where projection = $1`,
};
const placeRow = z.object({ stream: z.string().transform(streamName), revision: z.number() });
const countRow = z.object({ count: z.string().transform(Number) });

/** Reads as of one moment, and writes nothing: so it has no transaction id, and holds no feed back. */
const inSnapshot = async <Value>(pool: pg.Pool, work: (client: Connection) => Promise<Value>): Promise<Value> => {
  const client = await pool.connect();
  try {
    await client.query(`begin isolation level repeatable read read only; ${plainText}`);
    const value = await work(client);
    await client.query('commit');
    client.release();
    return value;
  } catch (error) {
    client.release(true);
    throw error;
  }
};

const selectAll = async (
  connection: Connection,
  tables: readonly AuditedTable[],
  place: 'live' | 'copy',
  selection: RowSelection,
): Promise<readonly AuditedRow[]> => {
  const rows: AuditedRow[] = [];
  for (const table of tables) rows.push(...(await selectAuditedRows(connection, table, place, selection)));
  return rows;
};

const readLive = async (
  connection: Connection,
  projector: Projector,
  tables: readonly AuditedTable[],
  selection: RowSelection,
): Promise<Result<LiveRows, MadeOtherwise>> => {
  const { name, version, fingerprint } = projector;
  const state = await readState(connection, name, 'live');
  const untouched = state === null || (state.fingerprint === null && state.checkpoint === null);
  const ours = untouched || (state.version === version && state.fingerprint === fingerprint);
  if (!ours) return err({ kind: 'MadeOtherwise', projection: name });
  const parked = (await listParked(connection)).filter(({ projection }) => projection === name);
  return ok({
    checkpoint: state?.checkpoint ?? null,
    parked: parked.map(({ stream, revision, reason }) => ({ stream, revision, reason })),
    skipped: await rowsOf(connection, skipped, [name], placeRow),
    rows: await selectAll(connection, tables, 'live', selection),
  });
};

const asked = <Value>(work: () => Promise<Value>): ResultAsync<Value, Unavailable> =>
  ResultAsync.fromPromise(work(), databaseUnavailable);

const openProjection = async (pool: pg.Pool, projector: Projector): Promise<AuditedProjection> => {
  const own = await openOwnConnection(pool, () => undefined);
  const connection = own.client;
  try {
    await makeCopy(connection, projector);
    const tables: AuditedTable[] = [];
    for (const table of projector.tables) {
      tables.push(await auditedTable(connection, table.name, namesOf(table, 'live').table, copyOf(table.name)));
    }
    const counts = tables.map(({ live }) => `(select count(*) from ${live})`).join(' + ');
    const size = { name: `projection_audit.size.${projector.name}`, text: `select ${counts} as count` };
    return {
      name: projector.name,
      streamPrefixes: projector.streamPrefixes,
      size: () => asked(() => rowsOf(pool, size, [], countRow)).map(([row]) => row?.count ?? 0),
      live: (selection) =>
        asked(() => inSnapshot(pool, (client) => readLive(client, projector, tables, selection))).andThen((rows) => rows),
      replay: (events, skips) => asked(() => replayIntoCopy(connection, projector, events, skips)).andThen((stopped) => stopped),
      replayed: (selection) =>
        asked(async () => {
          await connection.query(`begin; ${plainText}`);
          const rows = await selectAll(connection, tables, 'copy', selection);
          await connection.query('commit');
          return rows;
        }),
      close: () => own.close(),
    };
  } catch (error) {
    await own.close();
    throw error;
  }
};

/** Replays each projection into temporary tables, by its own projector, and reads both sides as digests. */
export const createProjectionAudit = (pool: pg.Pool, projectors: readonly Projector[]): ProjectionAudit => ({
  projections: projectors.map(({ name }) => name),
  open: (projection) => {
    const projector = projectors.find(({ name }) => name === projection);
    return asked(async () => {
      if (projector === undefined) throw new Error(`there is no projection ${projection}`);
      return openProjection(pool, projector);
    });
  },
});
