import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { z } from 'zod';
import type { LeasedWebhook } from '../../../application/ports/webhook-intake.ts';
import { connectionId, webhookId } from '../../../domain/values/ids.ts';
import { sealed } from '../../../domain/values/sealed.ts';
import { nothing, rowsOf } from '../database.ts';
import { gather } from '../gather.ts';

export type WebhookLease = Readonly<{ id: string; webhook: LeasedWebhook }>;

export interface WebhookLeases {
  /** At most `limit` due webhooks of these events that nobody works on, oldest first, each leased for `leaseMillis`. */
  take(events: readonly string[], limit: number, leaseMillis: number): Promise<readonly WebhookLease[]>;
  /** Nothing more is to be done with it, whoever has it now; its body goes. */
  done(lease: WebhookLease): Promise<void>;
  /** To be tried again after so many milliseconds, if the lease is still ours. */
  retry(lease: WebhookLease, afterMillis: number, reason: string): Promise<void>;
  /** Milliseconds until the next one may be due, 0 when one is; null when there is none. */
  nextDueMillis(events: readonly string[]): Promise<number | null>;
}

const intake = 'tiktok_connections.webhook_intake';

// A lease is a due time to come: one that nobody ended runs out by itself.
const take = {
  name: 'webhook_leases.take',
  text: `update ${intake} w set lease = $3::uuid, attempts = w.attempts + 1, due_at = clock_timestamp() + $4 * interval '1 millisecond'
    from (select digest from ${intake} where event = any($1::text[]) and due_at <= clock_timestamp()
      order by due_at limit $2 for update skip locked) as due
    where w.digest = due.digest
    returning w.id, encode(w.digest, 'hex') as digest, w.event, w.connection_id, w.body, w.attempts,
      (extract(epoch from clock_timestamp() - w.received_at) * 1000)::double precision as "waitedMillis", w.traceparent`,
};

// Rows are locked in one order, so that two such statements cannot wait for each other.
const done = {
  name: 'webhook_leases.done',
  text: `with mine as materialized (
      select w.digest from unnest($1::text[]) as d (digest) join ${intake} w on w.digest = decode(d.digest, 'hex') order by w.digest for update of w
    )
    update ${intake} w set due_at = null, lease = null, body = null, last_reason = null from mine m where w.digest = m.digest`,
};

const retry = {
  name: 'webhook_leases.retry',
  text: `with mine as materialized (
      select w.digest, r.after_millis, r.reason
      from unnest($1::text[], $2::uuid[], $3::double precision[], $4::text[]) as r (digest, lease, after_millis, reason)
      join ${intake} w on w.digest = decode(r.digest, 'hex') and w.lease = r.lease order by w.digest for update of w
    )
    update ${intake} w set lease = null, due_at = clock_timestamp() + m.after_millis * interval '1 millisecond', last_reason = m.reason
    from mine m where w.digest = m.digest`,
};

const nextDue = {
  name: 'webhook_leases.next_due',
  text: `select (extract(epoch from min(due_at) - clock_timestamp()) * 1000)::double precision as millis
    from ${intake} where event = any($1::text[]) and due_at is not null`,
};

const leasedRow = z.object({
  id: z.string().transform(webhookId),
  digest: z.string(),
  event: z.string(),
  connection_id: z.string().transform(connectionId).nullable(),
  body: z.string().transform(sealed).nullable(),
  attempts: z.number(),
  waitedMillis: z.number(),
  traceparent: z.string().nullable(),
});
const millisRow = z.object({ millis: z.number().nullable() });

type Retry = Readonly<{ lease: WebhookLease; afterMillis: number; reason: string }>;

/** Leases by the database's clock; what comes in one turn shares a statement. Every call rejects when the database is away. */
export const createWebhookLeases = (pool: pg.Pool): WebhookLeases => {
  const finish = async (leases: readonly WebhookLease[]): Promise<readonly null[]> => {
    await rowsOf(pool, done, [leases.map(({ webhook }) => webhook.digest)], nothing);
    return leases.map(() => null);
  };
  const putOff = async (retries: readonly Retry[]): Promise<readonly null[]> => {
    const digests = retries.map(({ lease: { webhook } }) => webhook.digest);
    const values = [digests, retries.map(({ lease }) => lease.id), retries.map(({ afterMillis }) => afterMillis), retries.map(({ reason }) => reason)];
    await rowsOf(pool, retry, values, nothing);
    return retries.map(() => null);
  };
  const finishOne = gather({ send: finish, atOnce: 2, mostTogether: 64 });
  const putOffOne = gather({ send: putOff, atOnce: 2, mostTogether: 64 });
  return {
    take: async (events, limit, leaseMillis) => {
      const id = randomUUID();
      const rows = await rowsOf(pool, take, [events, limit, id, leaseMillis], leasedRow);
      return rows.map(({ connection_id, ...webhook }) => ({ id, webhook: { ...webhook, connectionId: connection_id } }));
    },
    done: async (lease) => {
      await finishOne(lease);
    },
    retry: async (lease, afterMillis, reason) => {
      await putOffOne({ lease, afterMillis, reason });
    },
    nextDueMillis: async (events) => {
      const [next] = await rowsOf(pool, nextDue, [events], millisRow);
      const millis = next?.millis ?? null;
      return millis === null ? null : Math.max(0, millis);
    },
  };
};
