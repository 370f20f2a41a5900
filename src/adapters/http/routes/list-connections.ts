import { z } from 'zod';
import { viewerOf } from '../../../application/execution/principal.ts';
import { connectionStatuses } from '../../../application/reading/connection-view.ts';
import { openId, userId } from '../../../domain/values/ids.ts';
import type { HttpApp, RouteDeps } from '../http-app-type.ts';
import { writeAsTyped } from '../wire/write-as-typed.ts';
import { json, problems } from '../openapi/answers.ts';
import { anyoneWith } from '../openapi/security.ts';
import { callerOf } from '../principals/admit.ts';
import { userIdSchema } from '../principals/user-id.ts';
import { answerOf } from '../problems/failures.ts';
import { connectionBody, connectionSchema } from '../wire/connection-schema.ts';
import { pageCursor } from '../wire/page-cursor.ts';
import { pageLimit } from '../wire/page-limit.ts';

const defaultLimit = 50;
const largestLimit = 200;
const visibleAscii = /^[\x21-\x7e]+$/;

const query = z.strictObject({
  user_id: userIdSchema.optional(),
  status: z.enum(connectionStatuses).optional(),
  open_id: z.string().max(200).regex(visibleAscii, 'must be visible ASCII characters').optional(),
  limit: pageLimit(largestLimit, defaultLimit),
  cursor: pageCursor.optional(),
});

const connectionPage = z
  .strictObject({ data: z.array(connectionSchema), next_cursor: z.string().nullable().describe('Null on the last page.') })
  .meta({ id: 'ConnectionPage' });

/** `GET /v1/connections`: pages of connections, newest first, in an order that no reconnect moves. */
export const listConnectionsRoute = (app: HttpApp, { deps, admit }: RouteDeps): void => {
  app.route({
    method: 'GET',
    url: '/v1/connections',
    schema: {
      operationId: 'listConnections',
      summary: 'List connections',
      description: 'Newest first by the time of the first connect. All statuses unless filtered. End users see what is theirs.',
      tags: ['Connections'],
      security: anyoneWith('connections:read'),
      querystring: query,
      response: { 200: json(connectionPage, 'One page.'), ...problems('unauthenticated', 'forbidden') },
    },
    onRequest: admit.anyoneWith('connections:read'),
    serializerCompiler: writeAsTyped,
    handler: async (request) => {
      const { user_id, status, open_id, limit, cursor } = request.query;
      const page = answerOf(
        await deps.connections.list({
          viewer: viewerOf(callerOf(request).principal),
          userId: user_id === undefined ? null : userId(user_id),
          openId: open_id === undefined ? null : openId(open_id),
          statuses: status === undefined ? null : [status],
          limit,
          cursor: cursor ?? null,
        }),
      );
      return { data: page.connections.map(connectionBody), next_cursor: page.nextCursor };
    },
  });
};
