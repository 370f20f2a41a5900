import { publicationNow } from '../../../application/publishing/owned-publication.ts';
import { requestPublish } from '../../../application/publishing/request-publish.ts';
import { actorOf, viewerOf } from '../../../application/execution/principal.ts';
import { commandContext } from '../command-context.ts';
import type { HttpApp, RouteDeps } from '../http-app-type.ts';
import { publicationKeyHeaders } from '../idempotency/idempotency-key.ts';
import { keyScope, oncePerKey } from '../idempotency/once-per-key.ts';
import { requestDigest } from '../idempotency/request-digest.ts';
import { slowAnswer } from '../limits.ts';
import { json, problems } from '../openapi/answers.ts';
import { anyoneWith } from '../openapi/security.ts';
import { callerOf } from '../principals/admit.ts';
import { answerOf } from '../problems/failures.ts';
import { noQuery } from '../wire/connection-schema.ts';
import { postDraftOf, postDraftSchema } from '../wire/post-draft-schema.ts';
import { publicationBody, publicationSchema } from '../wire/publication-schema.ts';
import { askingProblems, draftBytes } from './asking-tiktok.ts';

/** Publications' ids derive from this text: it never changes. */
const route = 'POST /v1/publications';

/** `POST /v1/publications`: accepts a post. The key is part of its id, so one key is one post for ever. */
export const createPublicationRoute = (app: HttpApp, { deps, admit }: RouteDeps): void => {
  app.route({
    method: 'POST',
    url: '/v1/publications',
    handlerTimeout: slowAnswer(deps.settings),
    bodyLimit: draftBytes,
    schema: {
      operationId: 'createPublication',
      summary: 'Publish a video or photos',
      description:
        'Accepted once it is judged and recorded; it is sent afterwards. The same key and request are the same publication for ever, never a second post. A request that is still running is a `conflict`.',
      tags: ['Publishing'],
      security: anyoneWith('publish'),
      querystring: noQuery,
      headers: publicationKeyHeaders,
      body: postDraftSchema,
      response: {
        202: json(publicationSchema, 'The publication as it is now.'),
        ...problems(...askingProblems, 'conflict', 'idempotency_key_reused', 'unprocessable', 'too_large', 'unsupported_media'),
      },
    },
    onRequest: admit.anyoneWith('publish'),
    handler: async (request, reply) => {
      const { principal } = callerOf(request);
      const key = request.headers['idempotency-key'];
      const { body } = request;
      const keyed = {
        id: deps.ids.publicationId(keyScope(route, principal), key),
        digest: requestDigest(deps.ids, body),
        draft: postDraftOf(body),
      };
      const once = { key, route, principal, content: keyed.digest };
      const view = await oncePerKey(deps, once, {
        run: (cause) => requestPublish(deps.publishing, commandContext(request, actorOf(principal), deps.ids.commandId(), cause), principal, keyed),
        resourceOf: ({ id }) => id,
        // Nothing is requested anew where a publication that was answered is gone, as after a restore: it may be a post.
        again: () => publicationNow(deps.publishing, viewerOf(principal), keyed.id),
      });
      return reply.code(202).send(publicationBody(answerOf(view)));
    },
  });
};
