import type pg from 'pg';
import { z } from 'zod';
import { backoff, createLoop, type BackgroundLoop } from './background-loop.ts';
import { rowsOf } from './database.ts';

const tables = ['authorization_attempts', 'connect_sessions', 'idempotency_records', 'webhook_intake', 'publish_quota_uses', 'rate_limit_uses'] as const;

const batchSize = 1_000;

const sweep = (table: (typeof tables)[number]) => ({
  name: `${table}.sweep`,
  text: `delete from tiktok_connections.${table} where ctid = any (array(
      select ctid from tiktok_connections.${table} where expires_at <= clock_timestamp()
      order by expires_at limit ${batchSize} for update skip locked))
    returning 1 as swept`,
});

const sweptRow = z.object({ swept: z.number() });

const sweepTable = async (pool: pg.Pool, table: (typeof tables)[number], signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    const swept = await rowsOf(pool, sweep(table), [], sweptRow);
    if (swept.length < batchSize) return;
  }
};

/** Deletes expired rows in small batches. Nothing else deletes them, and nothing reads them once they have expired. */
export const createExpirySweep = (pool: pg.Pool, everyMillis = 60_000): BackgroundLoop =>
  createLoop({
    turn: async (signal) => {
      for (const table of tables) await sweepTable(pool, table, signal);
      return everyMillis;
    },
    pauseAfterFailure: backoff(1_000, everyMillis),
  });
