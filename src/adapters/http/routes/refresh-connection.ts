import { err, ok, type Result } from 'neverthrow';
import { actorOf, viewerOf } from '../../../application/execution/principal.ts';
import { connectionStream } from '../../../application/execution/streams.ts';
import { writtenBecauseOf } from '../../../application/execution/written-because-of.ts';
import type { ConnectionView } from '../../../application/reading/connection-view.ts';
import { forceRefresh } from '../../../application/tokens/force-refresh.ts';
import { connectionId } from '../../../domain/values/ids.ts';
import { plusMillis } from '../../../domain/values/instant.ts';
import { commandContext } from '../command-context.ts';
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

/** `POST /v1/connections/{id}/refresh`: one refresh of the tokens, now. */
export const refreshConnectionRoute = (app: HttpApp, { deps, admit }: RouteDeps): void => {
  app.route({
    method: 'POST',
    url: '/v1/connections/:id/refresh',
    schema: {
      operationId: 'refreshConnection',
      summary: "Refresh a connection's tokens now",
      description: 'Forces one refresh at TikTok. `tiktok_unavailable` may be asked again at once; `unavailable` means that the outcome is in doubt.',
      tags: ['Tokens'],
      security: anyoneWith('connections:write'),
      params: connectionParams,
      querystring: noQuery,
      headers: idempotencyHeaders,
      response: {
        200: json(connectionSchema, 'The connection, refreshed.'),
        ...problems(
          'unauthenticated',
          'forbidden',
          'not_found',
          'not_connected',
          'conflict',
          'reauthorization_required',
          'account_linked_to_another_user',
          'idempotency_key_reused',
          'tiktok_unavailable',
          'tiktok_rejected',
          'too_large',
          'unsupported_media',
        ),
      },
    },
    onRequest: admit.anyoneWith('connections:write'),
    preValidation: refuseBody,
    handler: async (request) => {
      const { principal } = callerOf(request);
      const id = connectionId(request.params.id.toLowerCase());
      const keyed = { key: request.headers['idempotency-key'] ?? null, route: 'POST /v1/connections/{id}/refresh', principal, content: { id } };
      const asItIs = async (): Promise<Result<ConnectionView, HttpFailure>> => {
        const found = await deps.connections.byId(id, viewerOf(principal));
        if (found.isErr()) return err(found.error);
        return found.value === null ? err({ kind: 'ConnectionNotFound' }) : ok(found.value);
      };
      const view = await oncePerKey(deps, keyed, {
        run: async (cause) => {
          const since = plusMillis(deps.clock.now(), -keyMillis);
          const done = cause === null ? ok(false) : await writtenBecauseOf(deps.tokens.eventStore, connectionStream(id), cause, since);
          if (done.isErr()) return err(done.error);
          if (done.value) return asItIs();
          return forceRefresh(deps.tokens, commandContext(request, actorOf(principal), deps.ids.commandId(), cause), principal, id);
        },
        resourceOf: (refreshed) => refreshed.id,
        again: asItIs,
      });
      return connectionBody(answerOf(view));
    },
  });
};
