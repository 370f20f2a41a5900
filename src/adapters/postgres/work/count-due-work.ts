import type pg from 'pg';
import { z } from 'zod';
import { workKinds, type WorkKind } from '../../../application/work/work-kinds.ts';
import { rowsOf } from '../database.ts';

const count = {
  name: 'work_items.count_due',
  text: `select wanted.kind, (select count(*)::integer from tiktok_connections.work_items i where i.kind = wanted.kind and i.runnable_at <= now()) as count
    from unnest($1::text[]) as wanted (kind)`,
};

const countRow = z.object({ kind: z.enum(workKinds), count: z.number() });

/** How many items of each kind could be worked on now and are in nobody's hands. Rejects when the database is away. */
export const countDueWork = async (pool: pg.Pool): Promise<ReadonlyMap<WorkKind, number>> =>
  new Map((await rowsOf(pool, count, [workKinds], countRow)).map((row) => [row.kind, row.count]));
