import { preflightPublication } from '../../../application/publishing/preflight-publication.ts';
import { actorOf } from '../../../application/execution/principal.ts';
import { commandContext } from '../command-context.ts';
import type { HttpApp, RouteDeps } from '../http-app-type.ts';
import { slowAnswer } from '../limits.ts';
import { json, problems } from '../openapi/answers.ts';
import { anyoneWith } from '../openapi/security.ts';
import { callerOf } from '../principals/admit.ts';
import { answerOf } from '../problems/failures.ts';
import { noQuery } from '../wire/connection-schema.ts';
import { postDraftOf, postDraftSchema } from '../wire/post-draft-schema.ts';
import { preflightBody, preflightSchema } from '../wire/preflight-schema.ts';
import { askingProblems, draftBytes } from './asking-tiktok.ts';

/** `POST /v1/publications/preflight`: what would become of a post, by the rules of the real thing. */
export const preflightPublicationRoute = (app: HttpApp, { deps, admit }: RouteDeps): void => {
  app.route({
    method: 'POST',
    url: '/v1/publications/preflight',
    handlerTimeout: slowAnswer(deps.settings),
    bodyLimit: draftBytes,
    schema: {
      operationId: 'preflightPublication',
      summary: 'Check a post without publishing it',
      description:
        'Takes the body of `POST /v1/publications`, judges it by the same rules and records nothing. What would end that request whatever it posts, such as `not_connected` or `missing_scope`, is the same error here.',
      tags: ['Publishing'],
      security: anyoneWith('publish'),
      querystring: noQuery,
      body: postDraftSchema,
      response: {
        200: json(preflightSchema, 'Everything that speaks against it.'),
        ...problems(...askingProblems, 'too_large', 'unsupported_media'),
      },
    },
    onRequest: admit.anyoneWith('publish'),
    handler: async (request) => {
      const { principal } = callerOf(request);
      const context = commandContext(request, actorOf(principal), deps.ids.commandId());
      return preflightBody(answerOf(await preflightPublication(deps.publishing, context, principal, postDraftOf(request.body))));
    },
  });
};
