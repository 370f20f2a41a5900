import { z } from 'zod';
import { viewerOf } from '../../../application/execution/principal.ts';
import { publicationStatuses } from '../../../application/reading/publication-view.ts';
import { connectionId } from '../../../domain/values/ids.ts';
import type { HttpApp, RouteDeps } from '../http-app-type.ts';
import { json, problems } from '../openapi/answers.ts';
import { anyoneWith } from '../openapi/security.ts';
import { callerOf } from '../principals/admit.ts';
import { answerOf } from '../problems/failures.ts';
import { pageCursor } from '../wire/page-cursor.ts';
import { pageLimit } from '../wire/page-limit.ts';
import { publicationBody, publicationSchema } from '../wire/publication-schema.ts';
import { writeAsTyped } from '../wire/write-as-typed.ts';

const query = z.strictObject({
  connection_id: z.uuid().optional(),
  status: z.enum(publicationStatuses).optional(),
  limit: pageLimit(200, 50),
  cursor: pageCursor.optional(),
});

const publicationPage = z
  .strictObject({ data: z.array(publicationSchema), next_cursor: z.string().nullable().describe('Null on the last page.') })
  .meta({ id: 'PublicationPage' });

/** `GET /v1/publications`: pages of publications, newest first. */
export const listPublicationsRoute = (app: HttpApp, { deps, admit }: RouteDeps): void => {
  app.route({
    method: 'GET',
    url: '/v1/publications',
    schema: {
      operationId: 'listPublications',
      summary: 'List publications',
      description: 'Newest first. All statuses unless filtered. End users see what was begun in their name.',
      tags: ['Publishing'],
      security: anyoneWith('publish'),
      querystring: query,
      response: { 200: json(publicationPage, 'One page.'), ...problems('unauthenticated', 'forbidden') },
    },
    onRequest: admit.anyoneWith('publish'),
    serializerCompiler: writeAsTyped,
    handler: async (request) => {
      const { connection_id, status, limit, cursor } = request.query;
      const page = answerOf(
        await deps.publications.list({
          viewer: viewerOf(callerOf(request).principal),
          connectionId: connection_id === undefined ? null : connectionId(connection_id.toLowerCase()),
          statuses: status === undefined ? null : [status],
          limit,
          cursor: cursor ?? null,
        }),
      );
      return { data: page.publications.map(publicationBody), next_cursor: page.nextCursor };
    },
  });
};
