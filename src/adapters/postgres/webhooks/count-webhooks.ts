import { z } from 'zod';
import { unmatched } from '../../../application/webhooks/webhook-outcome.ts';
import { rowsOf, type Connection } from '../database.ts';

export type WaitingCounts = Readonly<{
  /** Wait or are worked on. */
  pending: number;
  /** Since when the one of them that came first is here; 0 when there is none. */
  oldestPendingSeconds: number;
  /** Fit nothing of ours so far; not among the pending. */
  unmatched: number;
}>;

const count = {
  name: 'webhook_intake.count',
  text: `select count(*) filter (where last_reason is distinct from $2)::integer as pending,
      coalesce(extract(epoch from clock_timestamp() - min(received_at) filter (where last_reason is distinct from $2)), 0)::double precision as "oldestPendingSeconds",
      count(*) filter (where last_reason = $2)::integer as unmatched
    from tiktok_connections.webhook_intake where event = any($1::text[]) and due_at is not null`,
};

const countRow = z.object({ pending: z.number(), oldestPendingSeconds: z.number(), unmatched: z.number() });

/** How many webhooks of these events wait. Rejects when the database is away. */
export const countWebhooks = async (connection: Connection, events: readonly string[]): Promise<WaitingCounts> => {
  const [found] = await rowsOf(connection, count, [events, unmatched], countRow);
  return found ?? { pending: 0, oldestPendingSeconds: 0, unmatched: 0 };
};
