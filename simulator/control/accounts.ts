import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { simulatedAccountSchema } from '../world/account.ts';
import type { Service } from '../wire/serve.ts';
import { camelCased, patched, snakeCased } from './casing.ts';
import { ControlProblem, found, parsed } from './problem.ts';

type Named = { Params: { id: string } };

export function accountRoutes(control: FastifyInstance, { simulation: { world } }: Service): void {
  control.get('/accounts', async () => ({ accounts: snakeCased([...world.accounts.values()]) }));

  control.post('/accounts', async (request, reply) => {
    const body = camelCased(request.body);
    const accounts = parsed(z.array(simulatedAccountSchema), Array.isArray(body) ? body : [body]);
    const known = accounts.find((account) => world.accounts.has(account.id));
    if (known !== undefined) throw new ControlProblem(409, `There is an account ${known.id} already.`);
    for (const account of accounts) world.accounts.set(account.id, account);
    return reply.code(201).send({ accounts: snakeCased(accounts) });
  });

  control.get<Named>('/accounts/:id', async ({ params }) => snakeCased(found(world.accounts.get(params.id), `account ${params.id}`)));

  control.patch<Named>('/accounts/:id', async ({ params, body }) => {
    const account = found(world.accounts.get(params.id), `account ${params.id}`);
    const changed = parsed(simulatedAccountSchema, patched(account, camelCased(body)));
    if (changed.id !== account.id) throw new ControlProblem(400, 'The id of an account stays.');
    world.accounts.set(account.id, changed);
    return snakeCased(changed);
  });
}
