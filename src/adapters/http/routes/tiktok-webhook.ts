import { z } from 'zod';
import { receiveWebhook } from '../../../application/webhooks/receive-webhook.ts';
import type { HttpApp, RouteDeps } from '../http-app-type.ts';
import { json, problems } from '../openapi/answers.ts';
import { webhookSignature } from '../openapi/security.ts';
import { answerOf } from '../problems/failures.ts';

const bodyLimit = 1_024 * 1_024;

const received = z.strictObject({ received: z.literal(true) });

/** What TikTok sends; whatever else comes is let through. */
const webhook = z.looseObject({
  client_key: z.string().describe('The app it is for.'),
  event: z.string().optional().describe('What happened, such as `authorization.removed`.'),
  create_time: z.int().optional().describe('When, in seconds since 1970.'),
  user_openid: z.string().optional().describe('Whom it is about.'),
  content: z.string().optional().describe('JSON within a JSON string.'),
});

/** The signature is over the bytes as they came, whatever their type. */
const keepBodiesRaw = (app: HttpApp): void => {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>('*', { parseAs: 'buffer' }, (_, body, done) => done(null, body));
};

/** `POST /webhooks/tiktok`: TikTok tells what happened. Needs a scope of its own: it takes bodies as they are. */
export const tiktokWebhookRoute = (app: HttpApp, { deps }: RouteDeps): void => {
  keepBodiesRaw(app);
  app.route({
    method: 'POST',
    url: '/webhooks/tiktok',
    bodyLimit,
    schema: {
      operationId: 'tiktokWebhook',
      summary: 'Take a webhook of TikTok in',
      description: 'Signed over the raw body. Answered once it is durably stored; what comes twice within 30 days is stored once. Events that are not known are kept too.',
      tags: ['Webhooks'],
      security: webhookSignature,
      response: { 200: json(received, 'It is stored.'), ...problems('unauthenticated', 'too_large', 'unsupported_media') },
    },
    config: { anyQuery: true, documented: { body: webhook } },
    handler: async (request) => {
      const header = request.headers['tiktok-signature'];
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const stored = await receiveWebhook(deps.webhooks, typeof header === 'string' ? header : null, body);
      if (stored.isErr() && stored.error.kind === 'WebhookRefused') request.log.warn({ reason: stored.error.reason }, 'webhook refused');
      answerOf(stored);
      return { received: true as const };
    },
  });
};
