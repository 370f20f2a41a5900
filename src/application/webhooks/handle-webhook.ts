import type { TikTokWebhooks } from '../ports/tiktok-webhooks.ts';
import type { ClaimPorts } from './claim-publish-id.ts';
import { movePublication } from './move-publication.ts';
import { removeAuthorization, type RemovalPorts } from './remove-authorization.ts';
import type { WebhookBodies } from './sealed-body.ts';
import { isHandled } from './webhook-events.ts';
import type { WebhookHandler } from './webhook-outcome.ts';

export interface HandlePorts extends RemovalPorts, ClaimPorts {
  readonly bodies: WebhookBodies;
  readonly webhooks: Pick<TikTokWebhooks, 'read'>;
}

/** Long enough for an operator to mend a key. */
const unreadableMillis = 60_000;

/** Works on a stored webhook. One whose person was erased, or that names nothing of ours, has nothing left to be done. */
export const handleWebhook =
  (ports: HandlePorts): WebhookHandler =>
  async ({ id, digest, event, connectionId, body, waitedMillis }) => {
    if (body === null || !isHandled(event)) return { kind: 'Done' };
    const opened = await ports.bodies.open(digest, body);
    if (opened.isErr()) return { kind: 'Retry', afterMillis: unreadableMillis, reason: opened.error.kind };
    const envelope = ports.webhooks.read(new TextEncoder().encode(opened.value.reveal()));
    if (envelope === null) return { kind: 'Done' };
    const { reason, publishing: notice, createdAt } = envelope;
    if (event === 'authorization.removed') {
      if (connectionId === null) return { kind: 'Done' };
      return removeAuthorization(ports, { webhookId: id, connectionId, reason, removedAt: createdAt });
    }
    if (notice === null) return { kind: 'Done' };
    return movePublication(ports, { webhookId: id, connectionId, event, notice, createdAt, waitedMillis });
  };
