import { viewerOf } from '../../../application/execution/principal.ts';
import { z } from 'zod';
import { connectionId } from '../../../domain/values/ids.ts';
import type { HttpApp, RouteDeps } from '../http-app-type.ts';
import { writeAsTyped } from '../wire/write-as-typed.ts';
import { bare, json, problems } from '../openapi/answers.ts';
import { anyoneWith } from '../openapi/security.ts';
import { callerOf } from '../principals/admit.ts';
import { answerOf, refuse } from '../problems/failures.ts';
import { connectionBody, connectionParams, connectionSchema, noQuery } from '../wire/connection-schema.ts';
import { alreadyHas, entityTag } from '../wire/entity-tag.ts';

const conditions = z.object({ 'if-none-match': z.string().optional().describe('The `ETag` of an earlier answer, or several.') });

/** `GET /v1/connections/{id}`: the most asked question; one SQL statement. */
export const getConnectionRoute = (app: HttpApp, { deps, admit }: RouteDeps): void => {
  app.route({
    method: 'GET',
    url: '/v1/connections/:id',
    schema: {
      operationId: 'getConnection',
      summary: 'Read a connection',
      description: 'With `If-None-Match` an unchanged connection is `304`. An end user sees the newest life that was theirs.',
      tags: ['Connections'],
      security: anyoneWith('connections:read'),
      params: connectionParams,
      querystring: noQuery,
      response: {
        200: json(connectionSchema, 'The connection.'),
        304: bare('Unchanged.'),
        ...problems('unauthenticated', 'forbidden', 'not_found'),
      },
    },
    config: { answerHeaders: { 200: ['etag'], 304: ['etag'] }, documented: { headers: conditions } },
    onRequest: admit.anyoneWith('connections:read'),
    serializerCompiler: writeAsTyped,
    handler: async (request, reply) => {
      const id = connectionId(request.params.id.toLowerCase());
      const view = answerOf(await deps.connections.byId(id, viewerOf(callerOf(request).principal)));
      if (view === null) return refuse({ kind: 'ConnectionNotFound' });
      const tag = entityTag(view.revision);
      reply.header('etag', tag);
      if (alreadyHas(request.headers['if-none-match'], tag)) return reply.code(304).send();
      return connectionBody(view);
    },
  });
};
