import { actorOf } from '../../../application/execution/principal.ts';
import { creatorOfConnection } from '../../../application/publishing/creator-of-connection.ts';
import { connectionId } from '../../../domain/values/ids.ts';
import { commandContext } from '../command-context.ts';
import type { HttpApp, RouteDeps } from '../http-app-type.ts';
import { slowAnswer } from '../limits.ts';
import { json, problems } from '../openapi/answers.ts';
import { anyoneWith } from '../openapi/security.ts';
import { callerOf } from '../principals/admit.ts';
import { answerOf } from '../problems/failures.ts';
import { connectionParams, noQuery } from '../wire/connection-schema.ts';
import { creatorBody, creatorSchema } from '../wire/creator-schema.ts';
import { writeAsTyped } from '../wire/write-as-typed.ts';
import { askingProblems } from './asking-tiktok.ts';

/** `GET /v1/connections/{id}/creator-info`: what TikTok's guidelines want shown before each post. */
export const creatorInfoRoute = (app: HttpApp, { deps, admit }: RouteDeps): void => {
  app.route({
    method: 'GET',
    url: '/v1/connections/:id/creator-info',
    handlerTimeout: slowAnswer(deps.settings),
    schema: {
      operationId: 'getCreatorInfo',
      summary: 'Ask TikTok what the creator may post now',
      description: 'Asked of TikTok each time, at most 20 times a minute per connection. Needs `video.publish`.',
      tags: ['Publishing'],
      security: anyoneWith('publish'),
      params: connectionParams,
      querystring: noQuery,
      response: { 200: json(creatorSchema, "TikTok's answer."), ...problems(...askingProblems) },
    },
    onRequest: admit.anyoneWith('publish'),
    serializerCompiler: writeAsTyped,
    handler: async (request) => {
      const { principal } = callerOf(request);
      const context = commandContext(request, actorOf(principal), deps.ids.commandId());
      const id = connectionId(request.params.id.toLowerCase());
      const info = answerOf(await creatorOfConnection(deps.publishing, context, principal, id));
      return creatorBody(info);
    },
  });
};
