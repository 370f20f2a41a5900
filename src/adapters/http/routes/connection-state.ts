import { z } from 'zod';
import { parseMoment } from '../../../application/auditing/moment.ts';
import { stateAt } from '../../../application/auditing/state-at.ts';
import { principalName, viewerOf } from '../../../application/execution/principal.ts';
import { connectionId } from '../../../domain/values/ids.ts';
import type { HttpApp, RouteDeps } from '../http-app-type.ts';
import { json, problems } from '../openapi/answers.ts';
import { anyoneWith } from '../openapi/security.ts';
import { callerOf } from '../principals/admit.ts';
import { answerOf, refuse } from '../problems/failures.ts';
import { connectionBody, connectionParams, connectionSchema } from '../wire/connection-schema.ts';
import { writeAsTyped } from '../wire/write-as-typed.ts';

const query = z.strictObject({
  at: z.string().max(40).meta({ description: 'A revision, or an RFC 3339 time with its zone; inclusive.', examples: ['3', '2026-01-31T12:00:00Z'] }),
});

const message = 'must be a revision, e.g. 3, or a time with its zone, e.g. 2026-01-31T12:00:00Z';

/** `GET /v1/connections/{id}/state`: the connection as it was at a moment. */
export const connectionStateRoute = (app: HttpApp, { deps, admit }: RouteDeps): void => {
  app.route({
    method: 'GET',
    url: '/v1/connections/:id/state',
    schema: {
      operationId: 'getConnectionState',
      summary: 'Read a connection as it was',
      description: 'Rebuilt by replay. Before its first event there is nothing; what was erased since is null. Every reading stands in the security log.',
      tags: ['Audit'],
      security: anyoneWith('audit:read'),
      params: connectionParams,
      querystring: query,
      response: { 200: json(connectionSchema, 'The connection as it was.'), ...problems('unauthenticated', 'forbidden', 'not_found') },
    },
    onRequest: admit.anyoneWith('audit:read'),
    serializerCompiler: writeAsTyped,
    handler: async (request) => {
      const { principal } = callerOf(request);
      const moment = parseMoment(request.query.at) ?? refuse({ kind: 'FieldsRefused', errors: [{ path: 'at', message }] });
      const wanted = { connectionId: connectionId(request.params.id.toLowerCase()), moment, viewer: viewerOf(principal) };
      return connectionBody(answerOf(await stateAt(deps.auditing, wanted, principalName(principal))));
    },
  });
};
