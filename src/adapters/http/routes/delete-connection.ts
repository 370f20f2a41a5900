import { err, ok, type Result } from 'neverthrow';
import { disconnect } from '../../../application/connecting/disconnect.ts';
import { actorOf, viewerOf } from '../../../application/execution/principal.ts';
import { connectionStream } from '../../../application/execution/streams.ts';
import { writtenBecauseOf } from '../../../application/execution/written-because-of.ts';
import type { ConnectionView } from '../../../application/reading/connection-view.ts';
import { connectionId } from '../../../domain/values/ids.ts';
import { plusMillis } from '../../../domain/values/instant.ts';
import { commandContext } from '../command-context.ts';
import { slowAnswer } from '../limits.ts';
import type { HttpApp, RouteDeps } from '../http-app-type.ts';
import { idempotencyHeaders } from '../idempotency/idempotency-key.ts';
import { oncePerKey } from '../idempotency/once-per-key.ts';
import { json, problems } from '../openapi/answers.ts';
import { anyoneWith } from '../openapi/security.ts';
import { callerOf } from '../principals/admit.ts';
import { answerOf, type HttpFailure } from '../problems/failures.ts';
import { connectionBody, connectionParams, connectionSchema, noQuery } from '../wire/connection-schema.ts';
import { refuseBody } from '../wire/json-body.ts';

/** Keys are kept 24 hours; what was written longer ago may belong to an earlier use of the same key. */
const keyMillis = 23 * 3_600_000;

/** `DELETE /v1/connections/{id}`: disconnects; again, it answers the same. */
export const deleteConnectionRoute = (app: HttpApp, { deps, admit }: RouteDeps): void => {
  const { eventStore, clock } = deps.unbinding;
  app.route({
    method: 'DELETE',
    url: '/v1/connections/:id',
    handlerTimeout: slowAnswer(deps.settings),
    schema: {
      operationId: 'deleteConnection',
      summary: 'Disconnect an account',
      description: 'Revokes at TikTok, best effort. A connection that is disconnected already is answered as it is.',
      tags: ['Connections'],
      security: anyoneWith('connections:write'),
      params: connectionParams,
      querystring: noQuery,
      headers: idempotencyHeaders,
      response: {
        200: json(connectionSchema, 'The connection, disconnected.'),
        ...problems(
          'unauthenticated',
          'forbidden',
          'not_found',
          'not_connected',
          'conflict',
          'account_linked_to_another_user',
          'idempotency_key_reused',
          'too_large',
          'unsupported_media',
          'timeout',
        ),
      },
    },
    onRequest: admit.anyoneWith('connections:write'),
    preValidation: refuseBody,
    handler: async (request) => {
      const { principal } = callerOf(request);
      const id = connectionId(request.params.id.toLowerCase());
      const keyed = { key: request.headers['idempotency-key'] ?? null, route: 'DELETE /v1/connections/{id}', principal, content: { id } };
      const asItIs = async (): Promise<Result<ConnectionView, HttpFailure>> => {
        const found = await deps.connections.byId(id, viewerOf(principal));
        if (found.isErr()) return err(found.error);
        return found.value === null ? err({ kind: 'ConnectionNotFound' }) : ok(found.value);
      };
      const view = await oncePerKey(deps, keyed, {
        run: async (cause) => {
          const done =
            cause === null
              ? ok(false)
              : await writtenBecauseOf(eventStore, connectionStream(id), cause, plusMillis(clock.now(), -keyMillis));
          if (done.isErr()) return err(done.error);
          if (done.value) return asItIs();
          return disconnect(deps.unbinding, commandContext(request, actorOf(principal), deps.ids.commandId(), cause), principal, id);
        },
        resourceOf: (disconnected) => disconnected.id,
        again: asItIs,
      });
      return connectionBody(answerOf(view));
    },
  });
};
