import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { failReasons, type Fate } from '../world/publish-task.ts';
import type { FateRule } from '../world/publishing.ts';
import { nextSerial } from '../world/world.ts';
import type { Service } from '../wire/serve.ts';
import { parsed } from './problem.ts';

const milliseconds = z.number().int().nonnegative();
const wishSchema = z.strictObject({
  account: z.string().optional(),
  client_key: z.string().optional(),
  times: z.number().int().positive().nullable().default(1),
  skip: z.number().int().nonnegative().default(0),
  fail_reason: z.enum(failReasons).optional(),
  stuck: z.boolean().optional(),
  download_ms: milliseconds.optional(),
  processing_ms: milliseconds.optional(),
  moderation_ms: milliseconds.nullable().optional(),
});
type Wish = z.infer<typeof wishSchema>;

/** How coming posts fare. */
export function fateRoutes(control: FastifyInstance, { simulation: { world } }: Service): void {
  const { fates } = world.publishing;
  const onWire = (): unknown => ({ fates: [...fates.values()].map(ruleOnWire) });

  control.get('/fates', async () => onWire());

  control.post('/fates', async (request, reply) => {
    const wishes = parsed(z.array(wishSchema), Array.isArray(request.body) ? request.body : [request.body]);
    for (const wish of wishes) {
      const id = nextSerial(world, 'fate');
      fates.set(id, { id, account: wish.account, clientKey: wish.client_key, times: wish.times, skip: wish.skip, fate: fateOf(wish) });
    }
    return reply.code(201).send(onWire());
  });

  control.delete('/fates', async () => {
    fates.clear();
    return onWire();
  });
}

const fateOf = (wish: Wish): Partial<Fate> => ({
  ...(wish.fail_reason === undefined ? {} : { failReason: wish.fail_reason }),
  ...(wish.stuck === undefined ? {} : { isStuck: wish.stuck }),
  ...(wish.download_ms === undefined ? {} : { downloadMs: wish.download_ms }),
  ...(wish.processing_ms === undefined ? {} : { processingMs: wish.processing_ms }),
  ...(wish.moderation_ms === undefined ? {} : { moderationMs: wish.moderation_ms }),
});

const ruleOnWire = ({ id, account, clientKey, times, skip, fate }: FateRule): unknown => ({
  id,
  account,
  client_key: clientKey,
  times,
  skip,
  fail_reason: fate.failReason,
  stuck: fate.isStuck,
  download_ms: fate.downloadMs,
  processing_ms: fate.processingMs,
  moderation_ms: fate.moderationMs,
});
