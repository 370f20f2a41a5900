import { readPublicationHistory } from '../../../application/auditing/publication-history.ts';
import { principalName, viewerOf } from '../../../application/execution/principal.ts';
import { publicationId } from '../../../domain/values/ids.ts';
import type { HttpApp, RouteDeps } from '../http-app-type.ts';
import { json, problems } from '../openapi/answers.ts';
import { anyoneWith } from '../openapi/security.ts';
import { callerOf } from '../principals/admit.ts';
import { answerOf } from '../problems/failures.ts';
import { historyBody, historyPage, historyQuery } from '../wire/audit-schema.ts';
import { publicationParams } from '../wire/publication-schema.ts';
import { writeAsTyped } from '../wire/write-as-typed.ts';

/** `GET /v1/publications/{id}/history`: every event in order. */
export const publicationHistoryRoute = (app: HttpApp, { deps, admit }: RouteDeps): void => {
  app.route({
    method: 'GET',
    url: '/v1/publications/:id/history',
    schema: {
      operationId: 'getPublicationHistory',
      summary: 'Read what happened to a publication',
      description: 'Every event in order. An end user sees what was begun in their name. Every reading stands in the security log.',
      tags: ['Audit'],
      security: anyoneWith('audit:read'),
      params: publicationParams,
      querystring: historyQuery,
      response: { 200: json(historyPage, 'One page.'), ...problems('unauthenticated', 'forbidden', 'not_found') },
    },
    onRequest: admit.anyoneWith('audit:read'),
    serializerCompiler: writeAsTyped,
    handler: async (request) => {
      const { principal } = callerOf(request);
      const { from, limit } = request.query;
      const wanted = { publicationId: publicationId(request.params.id.toLowerCase()), viewer: viewerOf(principal), from, limit };
      const { data, next_from } = answerOf(await readPublicationHistory(deps.auditing, wanted, principalName(principal)));
      return { data: data.map(historyBody), next_from };
    },
  });
};
