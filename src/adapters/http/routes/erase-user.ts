import { ok } from 'neverthrow';
import { z } from 'zod';
import { eraseUser } from '../../../application/erasing/erase-user.ts';
import { actorOf } from '../../../application/execution/principal.ts';
import { connectionId, userId } from '../../../domain/values/ids.ts';
import { commandContext } from '../command-context.ts';
import type { HttpApp, RouteDeps } from '../http-app-type.ts';
import { idempotencyHeaders } from '../idempotency/idempotency-key.ts';
import { oncePerKey } from '../idempotency/once-per-key.ts';
import { slowAnswer } from '../limits.ts';
import { json, problems } from '../openapi/answers.ts';
import { serviceWith } from '../openapi/security.ts';
import { serviceOf } from '../principals/admit.ts';
import { userIdSchema } from '../principals/user-id.ts';
import { answerOf } from '../problems/failures.ts';
import { noQuery } from '../wire/connection-schema.ts';
import { refuseBody } from '../wire/json-body.ts';

const params = z.strictObject({ user_id: userIdSchema.describe("The application's id of the user.") });

const erasedUser = z
  .strictObject({
    user_id: z.string(),
    connection_ids: z.array(z.uuid()).describe('Every connection that the user ever owned; empty when there is none.'),
  })
  .meta({
    id: 'ErasedUser',
    description: 'What was erased of a user.',
    examples: [{ user_id: 'user_2a', connection_ids: ['6f0e5c1e-2b7a-5d35-9a41-0c6f0a6f7e10'] }],
  });

const idsOf = (resource: string) => (resource === '' ? [] : resource.split(' ').map(connectionId));

/** `POST /v1/users/{user_id}/erase`: disconnects, then erases all that was ever this user's. */
export const eraseUserRoute = (app: HttpApp, { deps, admit }: RouteDeps): void => {
  app.route({
    method: 'POST',
    url: '/v1/users/:user_id/erase',
    handlerTimeout: slowAnswer(deps.settings),
    schema: {
      operationId: 'eraseUser',
      summary: 'Erase what is known of a user',
      description:
        "Disconnects the user's accounts, then erases the personal data of every account that was ever theirs. An account that belongs to another user now stays connected, and what came since is theirs. The user id itself stays in the history. Again, it answers the same.",
      tags: ['Erasure'],
      security: serviceWith('admin'),
      params,
      querystring: noQuery,
      headers: idempotencyHeaders,
      response: {
        202: json(erasedUser, 'What was erased.'),
        ...problems('unauthenticated', 'forbidden', 'conflict', 'idempotency_key_reused', 'too_large', 'unsupported_media', 'timeout'),
      },
    },
    onRequest: admit.servicesWith('admin'),
    preValidation: refuseBody,
    handler: async (request, reply) => {
      const principal = serviceOf(request);
      const user = userId(request.params.user_id);
      const keyed = { key: request.headers['idempotency-key'] ?? null, route: 'POST /v1/users/{user_id}/erase', principal, content: { user } };
      const ids = await oncePerKey(deps, keyed, {
        run: (cause) =>
          eraseUser(
            deps.erasing,
            commandContext(request, actorOf(principal), deps.ids.commandId(), cause),
            { kind: 'service', keyId: principal.keyId },
            `service:${principal.keyId}`,
            user,
          ),
        resourceOf: (erased) => erased.join(' '),
        again: (resource) => Promise.resolve(ok(idsOf(resource))),
      });
      return reply.code(202).send({ user_id: user, connection_ids: [...answerOf(ids)] });
    },
  });
};
