import { err, ok, type Result } from 'neverthrow';
import { eraseConnection } from '../../../application/erasing/erase-connection.ts';
import { actorOf, viewerOf } from '../../../application/execution/principal.ts';
import type { ConnectionView } from '../../../application/reading/connection-view.ts';
import { connectionId } from '../../../domain/values/ids.ts';
import { commandContext } from '../command-context.ts';
import type { HttpApp, RouteDeps } from '../http-app-type.ts';
import { idempotencyHeaders } from '../idempotency/idempotency-key.ts';
import { oncePerKey } from '../idempotency/once-per-key.ts';
import { slowAnswer } from '../limits.ts';
import { json, problems } from '../openapi/answers.ts';
import { serviceWith } from '../openapi/security.ts';
import { serviceOf } from '../principals/admit.ts';
import { answerOf, type HttpFailure } from '../problems/failures.ts';
import { connectionBody, connectionParams, connectionSchema, noQuery } from '../wire/connection-schema.ts';
import { refuseBody } from '../wire/json-body.ts';

/** `POST /v1/connections/{id}/erase`: disconnects, then erases every life of the account. */
export const eraseConnectionRoute = (app: HttpApp, { deps, admit }: RouteDeps): void => {
  app.route({
    method: 'POST',
    url: '/v1/connections/:id/erase',
    handlerTimeout: slowAnswer(deps.settings),
    schema: {
      operationId: 'eraseConnection',
      summary: 'Erase what is known of an account',
      description:
        'Disconnects the account, then erases its personal data, those of former owners too. From this answer on nothing of it is shown; the keys of what is sealed are destroyed within seconds. Again, it answers the same.',
      tags: ['Erasure'],
      security: serviceWith('admin'),
      params: connectionParams,
      querystring: noQuery,
      headers: idempotencyHeaders,
      response: {
        202: json(connectionSchema, 'The connection, disconnected, with nothing in `tiktok`.'),
        ...problems('unauthenticated', 'forbidden', 'not_found', 'conflict', 'idempotency_key_reused', 'too_large', 'unsupported_media', 'timeout'),
      },
    },
    onRequest: admit.servicesWith('admin'),
    preValidation: refuseBody,
    handler: async (request, reply) => {
      const principal = serviceOf(request);
      const id = connectionId(request.params.id.toLowerCase());
      const keyed = { key: request.headers['idempotency-key'] ?? null, route: 'POST /v1/connections/{id}/erase', principal, content: { id } };
      const asItIs = async (): Promise<Result<ConnectionView, HttpFailure>> => {
        const found = await deps.connections.byId(id, viewerOf(principal));
        if (found.isErr()) return err(found.error);
        return found.value === null ? err({ kind: 'ConnectionNotFound' }) : ok(found.value);
      };
      const view = await oncePerKey(deps, keyed, {
        run: (cause) =>
          eraseConnection(
            deps.erasing,
            commandContext(request, actorOf(principal), deps.ids.commandId(), cause),
            { kind: 'service', keyId: principal.keyId },
            `service:${principal.keyId}`,
            id,
          ),
        resourceOf: (erased) => erased.id,
        again: asItIs,
      });
      return reply.code(202).send(connectionBody(answerOf(view)));
    },
  });
};
