import { createWebhookIntake } from '../adapters/postgres/webhooks/postgres-webhook-intake.ts';
import { createWaitingWebhooks } from '../adapters/postgres/webhooks/postgres-waiting-webhooks.ts';
import { createWebhookRuntime } from '../adapters/postgres/webhooks/webhook-runtime.ts';
import { watchedIntake } from '../adapters/telemetry/watched-calls.ts';
import { createTikTokWebhooks } from '../adapters/tiktok/webhooks.ts';
import { handleWebhook } from '../application/webhooks/handle-webhook.ts';
import { webhookBodies } from '../application/webhooks/sealed-body.ts';
import { handledEvents } from '../application/webhooks/webhook-events.ts';
import type { Container } from './parts.ts';
import { attendedWebhooks } from './telemetry.ts';

/** What takes TikTok's webhooks in, and what works on them. */
export const provideWebhooks = (container: Container): void => {
  container.provide('receiving', (c) => {
    const { clientKey, clientSecret, previousClientSecret } = c.get('tiktokSide');
    const intake = watchedIntake(createWebhookIntake(c.get('pool')), c.get('tallies'));
    return {
      clientKey,
      webhooks: createTikTokWebhooks(previousClientSecret === null ? [clientSecret] : [clientSecret, previousClientSecret]),
      bodies: webhookBodies(c.get('sealer')),
      intake: c.get('tracing')?.intake(intake) ?? intake,
      ids: c.get('ids'),
      clock: c.get('clock'),
      wake: () => c.get('webhookWork').wake(),
    };
  });
  container.provide('webhookWork', (c) => {
    const { bodies, webhooks } = c.get('receiving');
    const waiting = createWaitingWebhooks(c.get('pool'));
    const publications = c.get('publications');
    const handle = handleWebhook({ ...c.get('tokenPorts'), tiktok: c.get('tiktok'), bodies, webhooks, waiting, publications });
    return createWebhookRuntime({ pool: c.get('pool'), events: handledEvents, handle: attendedWebhooks(c, handle) });
  });
};
