import { z } from 'zod';
import type { HttpApp, RouteDeps } from '../http-app-type.ts';
import { json, problems } from '../openapi/answers.ts';
import { endUser } from '../openapi/security.ts';
import { endUserOf } from '../principals/admit.ts';
import { currentConnections } from '../reading/current-connections.ts';
import { connectionBody, connectionSchema, noQuery } from '../wire/connection-schema.ts';

const userInfo = z
  .strictObject({
    connected: z.boolean(),
    connection: connectionSchema.nullable().describe('The first of `connections`.'),
    connections: z.array(connectionSchema).describe('Active ones and those that need re-consent, newest first.'),
  })
  .meta({ id: 'UserInfo' });

/** `GET /api/tiktok/user/info`: what the signed-in user has connected. */
export const userInfoRoute = (app: HttpApp, { deps, admit }: RouteDeps): void => {
  app.route({
    method: 'GET',
    url: '/api/tiktok/user/info',
    schema: {
      operationId: 'userInfo',
      summary: "The signed-in user's connected accounts",
      tags: ['Connecting'],
      security: endUser,
      querystring: noQuery,
      response: { 200: json(userInfo, 'What is connected now.'), ...problems('unauthenticated', 'forbidden') },
    },
    onRequest: admit.endUsers,
    handler: async (request) => {
      const connections = (await currentConnections(deps.connections, endUserOf(request))).map(connectionBody);
      return { connected: connections.length > 0, connection: connections[0] ?? null, connections };
    },
  });
};
