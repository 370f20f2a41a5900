import { z } from 'zod';
import { workKinds, type WorkKind } from '../../../application/work-lists/work-kinds.ts';
import { rowsOf, type Connection } from '../database.ts';

/** `oldestSeconds`: since when the one that has waited longest could have been worked on; 0 when none waits. */
export type DueWork = Readonly<{ kind: WorkKind; count: number; oldestSeconds: number }>;

const count = {
  name: 'work_items.count_due',
  text: `select wanted.kind, due.count, due.oldest_seconds from unnest($1::text[]) as wanted (kind) cross join lateral (
      select count(*)::integer as count, coalesce(extract(epoch from now() - min(i.runnable_at)), 0)::double precision as oldest_seconds
      from tiktok_connections.work_items i where i.kind = wanted.kind and i.runnable_at <= now()) as due`,
};

const countRow = z
  .object({ kind: z.enum(workKinds), count: z.number(), oldest_seconds: z.number() })
  .transform(({ oldest_seconds: oldestSeconds, ...row }): DueWork => ({ ...row, oldestSeconds }));

/** The items of each kind that could be worked on now and are in nobody's hands. Rejects when the database is away. */
export const countDueWork = (connection: Connection): Promise<readonly DueWork[]> => rowsOf(connection, count, [workKinds], countRow);
