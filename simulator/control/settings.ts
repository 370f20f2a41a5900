import type { FastifyInstance } from 'fastify';
import { settingsSchema } from '../world/settings.ts';
import type { Service } from '../wire/serve.ts';
import { camelCased, patched, snakeCased } from './casing.ts';
import { parsed } from './problem.ts';

export function settingsRoutes(control: FastifyInstance, { simulation: { world } }: Service): void {
  control.get('/settings', async () => snakeCased(world.settings));
  control.patch('/settings', async ({ body }) => {
    world.settings = parsed(settingsSchema, patched(world.settings, camelCased(body)));
    return snakeCased(world.settings);
  });
}
