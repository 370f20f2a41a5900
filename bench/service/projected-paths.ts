import { setTimeout as pauseFor } from 'node:timers/promises';
import type pg from 'pg';
import { z } from 'zod';

const ids = z.array(z.object({ connection_id: z.string() }));

const readIds = async (pool: pg.Pool): Promise<readonly string[]> =>
  ids.parse((await pool.query('select connection_id from tiktok_connections.connections')).rows).map((row) => row.connection_id);

/** Paths of all connections, once the service has projected so many. */
export const projectedPaths = async (pool: pg.Pool, connections: number): Promise<readonly string[]> => {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const found = await readIds(pool);
    if (found.length === connections) return found.map((id) => `/v1/connections/${id}`);
    if (performance.now() > deadline) throw new Error('the service did not project the history');
    await pauseFor(200);
  }
};
