import { z } from 'zod';
import { actorOf } from '../../../application/execution/principal.ts';
import { mostVideosAtOnce } from '../../../application/ports/tiktok-videos.ts';
import { recentVideos } from '../../../application/publishing/recent-videos.ts';
import { connectionId } from '../../../domain/values/ids.ts';
import { commandContext } from '../command-context.ts';
import type { HttpApp, RouteDeps } from '../http-app-type.ts';
import { slowAnswer } from '../limits.ts';
import { json, problems } from '../openapi/answers.ts';
import { anyoneWith } from '../openapi/security.ts';
import { callerOf } from '../principals/admit.ts';
import { answerOf } from '../problems/failures.ts';
import { connectionParams } from '../wire/connection-schema.ts';
import { pageLimit } from '../wire/page-limit.ts';
import { videoBody, videoPageSchema } from '../wire/video-schema.ts';
import { writeAsTyped } from '../wire/write-as-typed.ts';
import { askingProblems } from './asking-tiktok.ts';

const query = z.strictObject({
  cursor: z
    .string()
    .regex(/^[1-9]\d{0,15}$/, 'must be a next_cursor')
    .optional()
    .describe('`next_cursor` of the page before.'),
  limit: pageLimit(mostVideosAtOnce, 10),
});

/** `GET /v1/connections/{id}/videos`: the account's public videos with their counts. */
export const connectionVideosRoute = (app: HttpApp, { deps, admit }: RouteDeps): void => {
  app.route({
    method: 'GET',
    url: '/v1/connections/:id/videos',
    handlerTimeout: slowAnswer(deps.settings),
    schema: {
      operationId: 'listVideos',
      summary: "Ask TikTok for an account's videos",
      description: 'Public videos with views, likes, comments and shares, newest first; asked of TikTok each time, and not stored. Needs `video.list`.',
      tags: ['Publishing'],
      security: anyoneWith('connections:read'),
      params: connectionParams,
      querystring: query,
      response: { 200: json(videoPageSchema, 'One page.'), ...problems(...askingProblems) },
    },
    onRequest: admit.anyoneWith('connections:read'),
    serializerCompiler: writeAsTyped,
    handler: async (request) => {
      const { principal } = callerOf(request);
      const { cursor, limit } = request.query;
      const context = commandContext(request, actorOf(principal), deps.ids.commandId());
      const wanted = { connectionId: connectionId(request.params.id.toLowerCase()), cursor: cursor === undefined ? null : Number(cursor), limit };
      const page = answerOf(await recentVideos(deps.publishing, context, principal, wanted));
      return { data: page.videos.map(videoBody), next_cursor: page.nextCursor === null ? null : String(page.nextCursor) };
    },
  });
};
