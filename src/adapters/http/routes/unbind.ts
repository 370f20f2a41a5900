import { z } from 'zod';
import { unbind } from '../../../application/connecting/unbind.ts';
import { actorOf } from '../../../application/execution/principal.ts';
import { connectionId } from '../../../domain/values/ids.ts';
import { commandContext } from '../command-context.ts';
import { slowAnswer } from '../limits.ts';
import type { HttpApp, RouteDeps } from '../http-app-type.ts';
import { json, problems } from '../openapi/answers.ts';
import { endUser } from '../openapi/security.ts';
import { endUserOf } from '../principals/admit.ts';
import { answerOf } from '../problems/failures.ts';
import { noQuery } from '../wire/connection-schema.ts';
import { missingBodyAsObject } from '../wire/json-body.ts';

const body = z.strictObject({ connection_id: z.uuid().optional().describe('Required when several accounts are connected.') });

const unbound = z
  .strictObject({
    success: z.literal(true),
    connection_id: z.uuid().nullable().describe('Null when the user never connected any account.'),
  })
  .meta({ id: 'Unbound' });

/** `POST /api/tiktok/unbind`: disconnects one account of the signed-in user. */
export const unbindRoute = (app: HttpApp, { deps, admit }: RouteDeps): void => {
  app.route({
    method: 'POST',
    url: '/api/tiktok/unbind',
    handlerTimeout: slowAnswer(deps.settings),
    schema: {
      operationId: 'unbind',
      summary: 'Disconnect an account of the signed-in user',
      description: 'Revokes at TikTok, best effort. Asked again for an account that is disconnected already, it answers the same.',
      tags: ['Connecting'],
      security: endUser,
      querystring: noQuery,
      body,
      response: {
        200: json(unbound, 'The account is disconnected.'),
        ...problems('unauthenticated', 'forbidden', 'not_found', 'not_connected', 'conflict', 'too_large', 'unsupported_media', 'timeout'),
      },
    },
    onRequest: admit.endUsers,
    preValidation: missingBodyAsObject,
    handler: async (request) => {
      const user = endUserOf(request);
      const { connection_id } = request.body;
      const chosen = connection_id === undefined ? null : connectionId(connection_id.toLowerCase());
      const context = commandContext(request, actorOf(user), deps.ids.commandId());
      const id = answerOf(await unbind(deps.unbinding, context, user, chosen));
      return { success: true as const, connection_id: id };
    },
  });
};
