import { actorOf, viewerOf } from '../../../application/execution/principal.ts';
import { cancelPublication } from '../../../application/publishing/cancel-publication.ts';
import { publicationNow } from '../../../application/publishing/owned-publication.ts';
import { publicationId } from '../../../domain/values/ids.ts';
import { commandContext } from '../command-context.ts';
import type { HttpApp, RouteDeps } from '../http-app-type.ts';
import { idempotencyHeaders } from '../idempotency/idempotency-key.ts';
import { oncePerKey } from '../idempotency/once-per-key.ts';
import { slowAnswer } from '../limits.ts';
import { json, problems } from '../openapi/answers.ts';
import { anyoneWith } from '../openapi/security.ts';
import { callerOf } from '../principals/admit.ts';
import { answerOf } from '../problems/failures.ts';
import { noQuery } from '../wire/connection-schema.ts';
import { refuseBody } from '../wire/json-body.ts';
import { publicationBody, publicationParams, publicationSchema } from '../wire/publication-schema.ts';

const route = 'POST /v1/publications/{id}/cancel';

/** `POST /v1/publications/{id}/cancel`: as long as TikTok does not have it; again, it answers the same. */
export const cancelPublicationRoute = (app: HttpApp, { deps, admit }: RouteDeps): void => {
  app.route({
    method: 'POST',
    url: '/v1/publications/:id/cancel',
    handlerTimeout: slowAnswer(deps.settings),
    schema: {
      operationId: 'cancelPublication',
      summary: 'Cancel a publication',
      description:
        'Until its last chunk may be on the way; where TikTok fetches the file, when TikTok confirms. Later it is a `conflict`. One that is cancelled already is answered as it is.',
      tags: ['Publishing'],
      security: anyoneWith('publish'),
      params: publicationParams,
      querystring: noQuery,
      headers: idempotencyHeaders,
      response: {
        200: json(publicationSchema, 'The publication, cancelled.'),
        ...problems(
          'unauthenticated',
          'forbidden',
          'not_found',
          'conflict',
          'idempotency_key_reused',
          'rate_limited',
          'tiktok_unavailable',
          'tiktok_rejected',
          'too_large',
          'unsupported_media',
          'timeout',
        ),
      },
    },
    onRequest: admit.anyoneWith('publish'),
    preValidation: refuseBody,
    handler: async (request) => {
      const { principal } = callerOf(request);
      const id = publicationId(request.params.id.toLowerCase());
      const keyed = { key: request.headers['idempotency-key'] ?? null, route, principal, content: { id } };
      const view = await oncePerKey(deps, keyed, {
        run: (cause) => cancelPublication(deps.publishing, commandContext(request, actorOf(principal), deps.ids.commandId(), cause), principal, id),
        resourceOf: (cancelled) => cancelled.id,
        again: () => publicationNow(deps.publishing, viewerOf(principal), id),
      });
      return publicationBody(answerOf(view));
    },
  });
};
