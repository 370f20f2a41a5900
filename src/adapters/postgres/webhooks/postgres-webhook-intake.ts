import { ResultAsync } from 'neverthrow';
import type pg from 'pg';
import { z } from 'zod';
import type { NewWebhook, WebhookIntake } from '../../../application/ports/webhook-intake.ts';
import { rowsOf } from '../database.ts';
import { databaseUnavailable } from '../failure.ts';
import { gather } from '../gather.ts';

// In the order of digests, so that two statements with the same webhooks cannot wait for one another.
const store = {
  name: 'webhook_intake.store',
  text: `insert into tiktok_connections.webhook_intake (digest, event, connection_id, body, due_at, traceparent)
    select decode(w.digest, 'hex'), w.event, w.connection_id, w.body, case when w.due then clock_timestamp() end, w.traceparent
    from unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::boolean[], $6::text[]) as w (digest, event, connection_id, body, due, traceparent)
    order by w.digest
    on conflict (digest) do nothing returning encode(digest, 'hex') as digest`,
};

const storedRow = z.object({ digest: z.string() });

/** Of two alike in one statement the first is the new one. */
const storeTogether = async (pool: pg.Pool, webhooks: readonly NewWebhook[]): Promise<readonly boolean[]> => {
  const values = [
    webhooks.map(({ digest }) => digest),
    webhooks.map(({ event }) => event.replaceAll('\0', '')),
    webhooks.map(({ connectionId }) => connectionId),
    webhooks.map(({ body }) => body),
    webhooks.map(({ toBeHandled }) => toBeHandled),
    webhooks.map(({ traceparent }) => traceparent),
  ];
  const stored = new Set((await rowsOf(pool, store, values, storedRow)).map(({ digest }) => digest));
  return webhooks.map(({ digest }) => stored.delete(digest));
};

/** Webhooks that come together share a statement, and so a commit; while one is under way, what comes gathers for the next. */
export const createWebhookIntake = (pool: pg.Pool): WebhookIntake => {
  const storeOne = gather<NewWebhook, boolean>({ send: (webhooks) => storeTogether(pool, webhooks), atOnce: 3, mostTogether: 64, leastBeside: 10 });
  return { store: (webhook) => ResultAsync.fromPromise(storeOne(webhook), databaseUnavailable) };
};
