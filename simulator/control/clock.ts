import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { advanced, frozen, movedTo, running } from '../world/clock.ts';
import { now, type World } from '../world/world.ts';
import type { Service } from '../wire/serve.ts';
import { parsed } from './problem.ts';

const setSchema = z.strictObject({ now: z.iso.datetime({ offset: true }).optional(), frozen: z.boolean().optional() });
const advanceSchema = z.strictObject({ seconds: z.number().default(0), ms: z.number().int().default(0) });

export function clockRoutes(control: FastifyInstance, { simulation: { world } }: Service): void {
  control.get('/clock', async () => reading(world));

  control.patch('/clock', async ({ body }) => {
    const wanted = parsed(setSchema, body);
    if (wanted.frozen === true) world.clock = frozen(world.clock);
    if (wanted.frozen === false) world.clock = running(world.clock);
    if (wanted.now !== undefined) world.clock = movedTo(world.clock, Date.parse(wanted.now));
    return reading(world);
  });

  control.post('/clock/advance', async ({ body }) => {
    const { seconds, ms } = parsed(advanceSchema, body);
    world.clock = advanced(world.clock, Math.round(seconds * 1000) + ms);
    return reading(world);
  });
}

const reading = (world: World): unknown => ({
  now: new Date(now(world)).toISOString(),
  frozen: world.clock.frozenAt !== null,
  offset_ms: now(world) - Date.now(),
});
