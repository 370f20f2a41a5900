import { z } from 'zod';
import { actorOf } from '../../../application/execution/principal.ts';
import { grantAccessToken } from '../../../application/tokens/grant-access-token.ts';
import { connectionId } from '../../../domain/values/ids.ts';
import { commandContext } from '../command-context.ts';
import type { HttpApp, RouteDeps } from '../http-app-type.ts';
import { refuseIdempotencyKey } from '../idempotency/idempotency-key.ts';
import { json, problems } from '../openapi/answers.ts';
import { serviceWith } from '../openapi/security.ts';
import { callerOf } from '../principals/admit.ts';
import { answerOf, refuse } from '../problems/failures.ts';
import { connectionParams, noQuery } from '../wire/connection-schema.ts';
import { missingBodyAsObject } from '../wire/json-body.ts';

const body = z
  .strictObject({
    min_validity_seconds: z.int().min(0).max(3_600).default(60).describe('How long the token must live at least, in seconds.'),
    reason: z.string().max(200).optional().describe('Why it is wanted; goes into the security log.'),
  })
  .meta({ examples: [{ min_validity_seconds: 300, reason: 'nightly import' }] });

const accessToken = z
  .strictObject({
    access_token: z.string().describe("TikTok's access token. Keep it in memory only."),
    expires_at: z.iso.datetime(),
    scopes: z.array(z.string()),
    open_id: z.string().nullable(),
  })
  .meta({ id: 'AccessToken' });

/** `POST /v1/connections/{id}/access-token`: hands a living access token to a service, refreshed first when needed. */
export const accessTokenRoute = (app: HttpApp, { deps, admit }: RouteDeps): void => {
  app.route({
    method: 'POST',
    url: '/v1/connections/:id/access-token',
    schema: {
      operationId: 'grantAccessToken',
      summary: "Get a connection's access token",
      description: 'Refreshes first when the token lives shorter than asked. Every grant stands in the security log before it is answered.',
      tags: ['Tokens'],
      security: serviceWith('tokens:read'),
      params: connectionParams,
      querystring: noQuery,
      body,
      response: {
        200: json(accessToken, 'The token.'),
        ...problems(
          'unauthenticated',
          'forbidden',
          'not_found',
          'not_connected',
          'conflict',
          'reauthorization_required',
          'account_linked_to_another_user',
          'tiktok_unavailable',
          'tiktok_rejected',
          'too_large',
          'unsupported_media',
        ),
      },
    },
    onRequest: [admit.servicesWith('tokens:read'), refuseIdempotencyKey],
    preValidation: missingBodyAsObject,
    handler: async (request, reply) => {
      const { principal } = callerOf(request);
      if (principal.kind !== 'service') return refuse({ kind: 'WrongPrincipal', needed: 'service' });
      const { min_validity_seconds: seconds, reason } = request.body;
      const wanted = { connectionId: connectionId(request.params.id.toLowerCase()), minValidityMillis: seconds * 1_000, reason: reason ?? null };
      const granted = answerOf(await grantAccessToken(deps.tokens, commandContext(request, actorOf(principal), deps.ids.commandId()), principal, wanted));
      void reply.header('cache-control', 'no-store');
      return { access_token: granted.token.reveal(), expires_at: granted.expiresAt, scopes: [...granted.scopes], open_id: granted.openId };
    },
  });
};
