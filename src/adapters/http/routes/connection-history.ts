import { readHistory } from '../../../application/auditing/history.ts';
import { principalName, viewerOf } from '../../../application/execution/principal.ts';
import { connectionId } from '../../../domain/values/ids.ts';
import type { HttpApp, RouteDeps } from '../http-app-type.ts';
import { json, problems } from '../openapi/answers.ts';
import { anyoneWith } from '../openapi/security.ts';
import { callerOf } from '../principals/admit.ts';
import { answerOf } from '../problems/failures.ts';
import { historyBody, historyPage, historyQuery } from '../wire/audit-schema.ts';
import { connectionParams } from '../wire/connection-schema.ts';
import { writeAsTyped } from '../wire/write-as-typed.ts';

/** `GET /v1/connections/{id}/history`: every event in order. */
export const connectionHistoryRoute = (app: HttpApp, { deps, admit }: RouteDeps): void => {
  app.route({
    method: 'GET',
    url: '/v1/connections/:id/history',
    schema: {
      operationId: 'getConnectionHistory',
      summary: 'Read what happened to a connection',
      description: 'Every event in order. An end user sees the lives that were theirs. Every reading stands in the security log.',
      tags: ['Audit'],
      security: anyoneWith('audit:read'),
      params: connectionParams,
      querystring: historyQuery,
      response: { 200: json(historyPage, 'One page.'), ...problems('unauthenticated', 'forbidden', 'not_found') },
    },
    onRequest: admit.anyoneWith('audit:read'),
    serializerCompiler: writeAsTyped,
    handler: async (request) => {
      const { principal } = callerOf(request);
      const { from, limit } = request.query;
      const wanted = { connectionId: connectionId(request.params.id.toLowerCase()), viewer: viewerOf(principal), from, limit };
      const { data, next_from } = answerOf(await readHistory(deps.auditing, wanted, principalName(principal)));
      return { data: data.map(historyBody), next_from };
    },
  });
};
