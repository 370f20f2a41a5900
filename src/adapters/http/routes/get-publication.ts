import { viewerOf } from '../../../application/execution/principal.ts';
import { publicationId } from '../../../domain/values/ids.ts';
import type { HttpApp, RouteDeps } from '../http-app-type.ts';
import { json, problems } from '../openapi/answers.ts';
import { anyoneWith } from '../openapi/security.ts';
import { callerOf } from '../principals/admit.ts';
import { answerOf, refuse } from '../problems/failures.ts';
import { noQuery } from '../wire/connection-schema.ts';
import { publicationBody, publicationParams, publicationSchema } from '../wire/publication-schema.ts';
import { writeAsTyped } from '../wire/write-as-typed.ts';

/** `GET /v1/publications/{id}`. */
export const getPublicationRoute = (app: HttpApp, { deps, admit }: RouteDeps): void => {
  app.route({
    method: 'GET',
    url: '/v1/publications/:id',
    schema: {
      operationId: 'getPublication',
      summary: 'Read how a publication goes',
      description: 'To be told of each change instead of asking, follow its events.',
      tags: ['Publishing'],
      security: anyoneWith('publish'),
      params: publicationParams,
      querystring: noQuery,
      response: { 200: json(publicationSchema, 'The publication.'), ...problems('unauthenticated', 'forbidden', 'not_found') },
    },
    onRequest: admit.anyoneWith('publish'),
    serializerCompiler: writeAsTyped,
    handler: async (request) => {
      const id = publicationId(request.params.id.toLowerCase());
      const view = answerOf(await deps.publications.byId(id, viewerOf(callerOf(request).principal)));
      return view === null ? refuse({ kind: 'PublicationNotFound' }) : publicationBody(view);
    },
  });
};
