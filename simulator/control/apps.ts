import type { FastifyInstance } from 'fastify';
import { simulatedAppSchema } from '../world/app.ts';
import type { Service } from '../wire/serve.ts';
import { camelCased, patched, snakeCased } from './casing.ts';
import { ControlProblem, found, parsed } from './problem.ts';

type Named = { Params: { clientKey: string } };

export function appRoutes(control: FastifyInstance, { simulation: { world } }: Service): void {
  control.get('/apps', async () => ({ apps: snakeCased([...world.apps.values()]) }));

  control.post('/apps', async (request, reply) => {
    const app = parsed(simulatedAppSchema, camelCased(request.body));
    if (world.apps.has(app.clientKey)) throw new ControlProblem(409, `There is an app ${app.clientKey} already.`);
    world.apps.set(app.clientKey, app);
    return reply.code(201).send(snakeCased(app));
  });

  control.get<Named>('/apps/:clientKey', async ({ params }) =>
    snakeCased(found(world.apps.get(params.clientKey), `app ${params.clientKey}`)),
  );

  control.patch<Named>('/apps/:clientKey', async ({ params, body }) => {
    const app = found(world.apps.get(params.clientKey), `app ${params.clientKey}`);
    const changed = parsed(simulatedAppSchema, patched(app, camelCased(body)));
    if (changed.clientKey !== app.clientKey) throw new ControlProblem(400, 'The client key of an app stays.');
    world.apps.set(app.clientKey, changed);
    return snakeCased(changed);
  });
}
