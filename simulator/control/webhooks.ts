import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { grantKey } from '../world/grant.ts';
import { now, type World } from '../world/world.ts';
import type { Delivery } from '../webhooks/deliveries.ts';
import type { Service } from '../wire/serve.ts';
import { ControlProblem, found, parsed } from './problem.ts';

const sendSchema = z.strictObject({
  event: z.string(),
  client_key: z.string().optional(),
  account: z.string().optional(),
  user_openid: z.string().optional(),
  content: z.record(z.string(), z.unknown()).default({}),
  create_time: z.number().int().optional(),
  copies: z.number().int().min(1).max(1_000).optional(),
  delay_ms: z.number().int().min(0).optional(),
});
const releaseSchema = z.strictObject({ order: z.enum(['as_sent', 'reversed', 'shuffled']).default('as_sent') });

export function webhookRoutes(control: FastifyInstance, { simulation: { world }, deliveries }: Service): void {
  control.get('/webhooks', async () => ({ webhooks: deliveries.all().map(deliveryOnWire) }));

  control.delete('/webhooks', async () => {
    deliveries.clear();
    return { webhooks: [] };
  });

  control.post('/webhooks', async (request, reply) => {
    const wish = parsed(sendSchema, request.body);
    const clientKey = wish.client_key ?? [...world.apps.keys()][0] ?? '';
    const app = found(world.apps.get(clientKey), `app ${clientKey}`);
    if (app.webhookUrl === null) throw new ControlProblem(409, `The app ${clientKey} has no webhook_url: set it first.`);
    const openId = wish.user_openid ?? openIdOf(world, clientKey, wish.account);
    const webhook = { clientKey, event: wish.event, openId, content: wish.content, createTime: wish.create_time ?? Math.floor(now(world) / 1_000) };
    const sent = deliveries.send(webhook, {
      ...(wish.copies === undefined ? {} : { copies: wish.copies }),
      ...(wish.delay_ms === undefined ? {} : { delayMs: wish.delay_ms }),
    });
    return reply.code(201).send({ webhooks: sent.map(deliveryOnWire) });
  });

  control.post('/webhooks/release', async ({ body }) => ({ released: deliveries.release(parsed(releaseSchema, body).order).length }));
}

/** @throws ControlProblem 404 when the account never allowed the app anything */
function openIdOf(world: World, clientKey: string, account: string | undefined): string | null {
  if (account === undefined) return null;
  return found(world.grants.get(grantKey(clientKey, account)), `grant of ${account} to ${clientKey}`).openId;
}

const deliveryOnWire = ({ id, webhook, url, status, tries }: Delivery): unknown => ({
  id,
  client_key: webhook.clientKey,
  event: webhook.event,
  user_openid: webhook.openId,
  content: webhook.content,
  create_time: webhook.createTime,
  url,
  status,
  tries,
});
