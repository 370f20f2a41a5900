import { z } from 'zod';
import { readHistory } from '../../../application/auditing/history.ts';
import { principalName, viewerOf } from '../../../application/execution/principal.ts';
import { connectionId } from '../../../domain/values/ids.ts';
import type { HttpApp, RouteDeps } from '../http-app-type.ts';
import { json, problems } from '../openapi/answers.ts';
import { anyoneWith } from '../openapi/security.ts';
import { callerOf } from '../principals/admit.ts';
import { answerOf } from '../problems/failures.ts';
import { auditLimit, fromRevision, historyBody, historyEntrySchema } from '../wire/audit-schema.ts';
import { connectionParams } from '../wire/connection-schema.ts';
import { writeAsTyped } from '../wire/write-as-typed.ts';

const query = z.strictObject({ from: fromRevision.describe('The first revision to show.'), limit: auditLimit });

const historyPage = z
  .strictObject({
    data: z.array(historyEntrySchema),
    next_from: z.int().nullable().describe('The revision to go on from; null where the history ends.'),
  })
  .meta({ id: 'History' });

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
      querystring: query,
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
