import type pg from 'pg';
import { z } from 'zod';
import type { ConnectionView } from '../../../application/reading/connection-view.ts';
import { isUuid, type ConnectionId } from '../../../domain/values/ids.ts';
import { rowsOf } from '../database.ts';
import { byId, byIds } from './page-statements.ts';
import { viewRow } from './view-row.ts';

type Waiting = Readonly<{ id: ConnectionId; resolve: (view: ConnectionView | null) => void; reject: (reason: unknown) => void }>;

/** Longer lists go out as several statements, beside one another. */
const mostAtOnce = 32;

const anyRow = z.looseObject({ connection_id: z.string() });

const readOne = (pool: pg.Pool, { id, resolve, reject }: Waiting): void => {
  rowsOf(pool, byId, [id, null], viewRow).then(([view]) => resolve(view ?? null), reject);
};

/** A row that is not as it should be fails those who asked for it, not the others. */
const answer = ({ id, resolve, reject }: Waiting, rows: ReadonlyMap<string, unknown>): void => {
  const row = rows.get(id);
  if (row === undefined) return resolve(null);
  const read = viewRow.safeParse(row);
  if (read.success) resolve(read.data);
  else reject(read.error);
};

const readTogether = (pool: pg.Pool, waiting: readonly Waiting[]): void => {
  const ids = [...new Set(waiting.map(({ id }) => id))];
  rowsOf(pool, byIds, [ids], anyRow).then(
    (found) => {
      const rows = new Map(found.map((row) => [row.connection_id, row]));
      for (const one of waiting) answer(one, rows);
    },
    (error: unknown) => {
      for (const { reject } of waiting) reject(error);
    },
  );
};

/**
 * Reads of single connections as a service sees them. Those asked for in one turn of the event loop are one statement:
 * under load, a statement of its own for each would be half of what answering costs. One that comes alone waits for nobody.
 * @returns null when there is none; rejects with whatever the driver or the parser throws
 */
export const gatherReads = (pool: pg.Pool): ((id: ConnectionId) => Promise<ConnectionView | null>) => {
  let waiting: Waiting[] = [];
  const send = (): void => {
    const all = waiting;
    waiting = [];
    for (let from = 0; from < all.length; from += mostAtOnce) {
      const some = all.slice(from, from + mostAtOnce);
      const [only] = some;
      if (some.length === 1 && only !== undefined) readOne(pool, only);
      else readTogether(pool, some);
    }
  };
  return (id) =>
    new Promise((resolve, reject) => {
      // PostgreSQL refuses a whole list for one entry that is no UUID.
      if (!isUuid(id)) {
        readOne(pool, { id, resolve, reject });
        return;
      }
      // Runs when all that this turn brought in has been looked at.
      if (waiting.length === 0) setImmediate(send);
      waiting.push({ id, resolve, reject });
    });
};
