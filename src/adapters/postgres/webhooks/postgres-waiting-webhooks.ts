import type pg from 'pg';
import { z } from 'zod';
import type { WaitingWebhooks } from '../../../application/ports/webhook-intake.ts';
import { aboutPublications } from '../../../application/webhooks/webhook-events.ts';
import { sealed } from '../../../domain/values/sealed.ts';
import { ask } from '../database.ts';

const waiting = {
  name: 'webhook_intake.waiting_about_publications',
  text: `select encode(digest, 'hex') as digest, body from tiktok_connections.webhook_intake
    where connection_id = $1 and body is not null and due_at is not null and starts_with(event, $2)`,
};

const waitingRow = z.object({ digest: z.string(), body: z.string().transform(sealed) });

export const createWaitingWebhooks = (pool: pg.Pool): WaitingWebhooks => ({
  aboutPublications: (connectionId) => ask(pool, waiting, [connectionId, aboutPublications], waitingRow),
});
