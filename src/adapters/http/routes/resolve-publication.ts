import { z } from 'zod';
import type { Resolve } from '../../../domain/publication/commands.ts';
import { postId, publicationId } from '../../../domain/values/ids.ts';
import { actorOf, viewerOf } from '../../../application/execution/principal.ts';
import { publicationNow } from '../../../application/publishing/owned-publication.ts';
import { resolvePublication } from '../../../application/publishing/resolve-publication.ts';
import { commandContext } from '../command-context.ts';
import type { HttpApp, RouteDeps } from '../http-app-type.ts';
import { idempotencyHeaders } from '../idempotency/idempotency-key.ts';
import { oncePerKey } from '../idempotency/once-per-key.ts';
import { slowAnswer } from '../limits.ts';
import { json, problems } from '../openapi/answers.ts';
import { serviceWith } from '../openapi/security.ts';
import { serviceOf } from '../principals/admit.ts';
import { answerOf } from '../problems/failures.ts';
import { noQuery } from '../wire/connection-schema.ts';
import { publicationBody, publicationParams, publicationSchema } from '../wire/publication-schema.ts';

const route = 'POST /v1/publications/{id}/resolve';

const body = z
  .strictObject({
    outcome: z.enum(['published', 'not_published']).describe('What an operator found at TikTok.'),
    post_id: z
      .string()
      .regex(/^\d{19}$/, 'must be the 19 digits of a post, as text')
      .optional()
      .describe('With `published`, where it is known.'),
  })
  .refine(({ outcome, post_id }) => outcome === 'published' || post_id === undefined, { path: ['post_id'], message: 'is for outcome published only' })
  .meta({ examples: [{ outcome: 'published', post_id: '7600000000000000001' }] });

const outcomeOf = ({ outcome, post_id }: z.infer<typeof body>): Resolve['outcome'] =>
  outcome === 'not_published' ? { kind: 'not_published' } : { kind: 'published', postIds: post_id === undefined ? [] : [postId(post_id)] };

/** `POST /v1/publications/{id}/resolve`: an operator's word on an outcome that nobody can learn otherwise. */
export const resolvePublicationRoute = (app: HttpApp, { deps, admit }: RouteDeps): void => {
  app.route({
    method: 'POST',
    url: '/v1/publications/:id/resolve',
    handlerTimeout: slowAnswer(deps.settings),
    schema: {
      operationId: 'resolvePublication',
      summary: 'Say what became of a publication',
      description: 'Ends an `outcome_unknown`. Look at the account first: after `not_published` a caller may publish the same again.',
      tags: ['Publishing'],
      security: serviceWith('admin'),
      params: publicationParams,
      querystring: noQuery,
      headers: idempotencyHeaders,
      body,
      response: {
        200: json(publicationSchema, 'The publication, ended.'),
        ...problems('unauthenticated', 'forbidden', 'not_found', 'conflict', 'idempotency_key_reused', 'too_large', 'unsupported_media', 'timeout'),
      },
    },
    onRequest: admit.servicesWith('admin'),
    handler: async (request) => {
      const principal = serviceOf(request);
      const id = publicationId(request.params.id.toLowerCase());
      const outcome = outcomeOf(request.body);
      const keyed = { key: request.headers['idempotency-key'] ?? null, route, principal, content: { id, outcome } };
      const view = await oncePerKey(deps, keyed, {
        run: (cause) => resolvePublication(deps.publishing, commandContext(request, actorOf(principal), deps.ids.commandId(), cause), id, outcome),
        resourceOf: (resolved) => resolved.id,
        again: () => publicationNow(deps.publishing, viewerOf(principal), id),
      });
      return publicationBody(answerOf(view));
    },
  });
};
