import { err, ok, type Result } from 'neverthrow';
import type pg from 'pg';
import { z } from 'zod';
import type { Unavailable } from '../../../application/failures.ts';
import { storeUnavailable } from './failures.ts';

/** How far the oldest running write transaction of the cluster, in whatever database, keeps the feed behind. */
export type OldestXmin = Readonly<{
  /** Transactions begun since the oldest one that still runs. */
  transactions: number;
  /** How long that one has run; null when it is not visible to our role. */
  seconds: number | null;
  /** How long the first committed event that waits has waited to be shown; 0 when none waits. */
  heldSeconds: number;
}>;

const rows = z.tuple([z.object({ transactions: z.number(), seconds: z.number().nullable(), held_seconds: z.number() })]);

const statement = `
  with snapshot as materialized (select pg_current_snapshot() as now)
  select (pg_snapshot_xmax(now)::text::numeric - pg_snapshot_xmin(now)::text::numeric)::double precision as transactions,
    (select date_part('epoch', clock_timestamp() - min(a.xact_start)) from pg_stat_activity a where a.backend_xid is not null) as seconds,
    coalesce((select greatest(0, date_part('epoch', clock_timestamp() - e.recorded_at)) from tiktok_connections.events e
      where e.xid >= pg_snapshot_xmin(now) order by e.xid, e.position limit 1), 0) as held_seconds
  from snapshot`;

export const readOldestXmin = async (pool: pg.Pool): Promise<Result<OldestXmin, Unavailable>> => {
  try {
    const [{ transactions, seconds, held_seconds: heldSeconds }] = rows.parse((await pool.query(statement)).rows);
    return ok({ transactions, seconds, heldSeconds });
  } catch (error) {
    return err(storeUnavailable(error));
  }
};
