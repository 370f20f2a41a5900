import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { faultSchema } from '../faults/fault.ts';
import type { Service } from '../wire/serve.ts';
import { ControlProblem, parsed } from './problem.ts';

export function faultRoutes(control: FastifyInstance, { faults }: Service): void {
  control.get('/faults', async () => ({ faults: faults.all() }));

  control.post('/faults', async (request, reply) => {
    const rules = parsed(z.array(faultSchema), Array.isArray(request.body) ? request.body : [request.body]);
    return reply.code(201).send({ faults: rules.map((rule) => faults.add(rule)) });
  });

  control.delete('/faults', async () => {
    faults.clear();
    return { faults: [] };
  });

  control.delete<{ Params: { id: string } }>('/faults/:id', async ({ params }) => {
    if (!faults.remove(Number(params.id))) throw new ControlProblem(404, `There is no fault ${params.id}.`);
    return { faults: faults.all() };
  });
}
