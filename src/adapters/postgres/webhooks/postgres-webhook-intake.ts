import type pg from 'pg';
import { z } from 'zod';
import type { WebhookIntake } from '../../../application/ports/webhook-intake.ts';
import { ask } from '../database.ts';

const store = {
  name: 'webhook_intake.store',
  text: `insert into tiktok_connections.webhook_intake (digest, event, connection_id, body, due_at)
    values (decode($1, 'hex'), $2, $3, $4, case when $5 then clock_timestamp() end)
    on conflict (digest) do nothing returning true as stored`,
};

const storedRow = z.object({ stored: z.literal(true) });

export const createWebhookIntake = (pool: pg.Pool): WebhookIntake => ({
  store: ({ digest, event, connectionId, body, toBeHandled }) =>
    ask(pool, store, [digest, event.replaceAll('\0', ''), connectionId, body, toBeHandled], storedRow).map((rows) => rows.length === 1),
});
