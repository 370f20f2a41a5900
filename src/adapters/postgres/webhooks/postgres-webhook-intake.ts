import { ResultAsync } from 'neverthrow';
import type pg from 'pg';
import { z } from 'zod';
import type { NewWebhook, WebhookIntake } from '../../../application/ports/webhook-intake.ts';
import { rowsOf } from '../database.ts';
import { databaseUnavailable } from '../failure.ts';

// In the order of digests, so that two statements with the same webhooks cannot wait for one another.
const store = {
  name: 'webhook_intake.store',
  text: `insert into tiktok_connections.webhook_intake (digest, event, connection_id, body, due_at)
    select decode(w.digest, 'hex'), w.event, w.connection_id, w.body, case when w.due then clock_timestamp() end
    from unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::boolean[]) as w (digest, event, connection_id, body, due)
    order by w.digest
    on conflict (digest) do nothing returning encode(digest, 'hex') as digest`,
};

const storedRow = z.object({ digest: z.string() });

type Waiting = Readonly<{ webhook: NewWebhook; resolve: (stored: boolean) => void; reject: (error: unknown) => void }>;

/** Statements under way at a time: what comes meanwhile goes out together with the next one. */
const lanes = 2;
const togetherAtMost = 64;

const storeTogether = async (pool: pg.Pool, webhooks: readonly NewWebhook[]): Promise<Set<string>> => {
  const values = [
    webhooks.map(({ digest }) => digest),
    webhooks.map(({ event }) => event.replaceAll('\0', '')),
    webhooks.map(({ connectionId }) => connectionId),
    webhooks.map(({ body }) => body),
    webhooks.map(({ toBeHandled }) => toBeHandled),
  ];
  return new Set((await rowsOf(pool, store, values, storedRow)).map(({ digest }) => digest));
};

/** Webhooks that come together share a statement, and so a commit. */
export const createWebhookIntake = (pool: pg.Pool): WebhookIntake => {
  const waiting: Waiting[] = [];
  let underWay = 0;

  const send = async (taken: readonly Waiting[]): Promise<void> => {
    try {
      const stored = await storeTogether(pool, taken.map(({ webhook }) => webhook));
      // Of two alike in one statement the first is the new one.
      for (const { webhook, resolve } of taken) resolve(stored.delete(webhook.digest));
    } catch (error) {
      for (const { reject } of taken) reject(error);
    }
  };

  const pump = async (): Promise<void> => {
    if (underWay >= lanes) return;
    underWay += 1;
    while (waiting.length > 0) await send(waiting.splice(0, togetherAtMost));
    underWay -= 1;
  };

  const add = (webhook: NewWebhook): Promise<boolean> =>
    new Promise((resolve, reject) => {
      waiting.push({ webhook, resolve, reject });
      pump().catch(reject);
    });

  return { store: (webhook) => ResultAsync.fromPromise(add(webhook), databaseUnavailable) };
};
