import { z } from 'zod';
import { createConnectLink } from '../../../application/connecting/connect-links.ts';
import { userId } from '../../../domain/values/ids.ts';
import { isScope, scope } from '../../../domain/values/scopes.ts';
import type { HttpApp, RouteDeps } from '../http-app-type.ts';
import { refuseIdempotencyKey } from '../idempotency/idempotency-key.ts';
import { json, problems } from '../openapi/answers.ts';
import { serviceWith } from '../openapi/security.ts';
import { userIdSchema } from '../principals/user-id.ts';
import { answerOf } from '../problems/failures.ts';
import { returnTo } from '../wire/connect-fields.ts';
import { noQuery } from '../wire/connection-schema.ts';

const scopesLimit = 50;
const textLimit = 2_000;

const asList = (value: unknown): unknown => {
  if (typeof value !== 'string' || value.length > textLimit) return value;
  const parts = value.split(',').map((part) => part.trim());
  return parts.filter((part) => part !== '');
};

const body = z
  .strictObject({
    user_id: userIdSchema.describe("The application's id of the user who will own the account."),
    return_to: returnTo.optional(),
    scopes: z
      .preprocess(
        asList,
        z.array(z.string().max(100).refine(isScope, 'must be spelt like a TikTok scope, such as video.publish')).min(1).max(scopesLimit),
      )
      .meta({ type: ['array', 'string'], description: 'TikTok scopes to ask for: a list, or one text with commas between them.' })
      .optional(),
    add_account: z.boolean().optional(),
  })
  .meta({ examples: [{ user_id: 'user_2a', add_account: true }] });

const session = z
  .strictObject({
    token: z.string().describe('Used once. Shown here and nowhere else.'),
    connect_url: z.url().describe('Send the browser of the user here.'),
    expires_at: z.iso.datetime(),
  })
  .meta({ id: 'ConnectSession' });

/** `POST /v1/connect-sessions`: a link by which a backend lets a user connect one account. */
export const connectSessionsRoute = (app: HttpApp, { deps, admit }: RouteDeps): void => {
  app.route({
    method: 'POST',
    url: '/v1/connect-sessions',
    schema: {
      operationId: 'createConnectSession',
      summary: 'Make a one-use link that lets a user connect an account',
      description: 'The link holds for 15 minutes. `Idempotency-Key` is refused, since the answer is a secret.',
      tags: ['Connecting'],
      security: serviceWith('connections:write'),
      querystring: noQuery,
      body,
      response: {
        201: json(session, 'The link.'),
        ...problems('unauthenticated', 'forbidden', 'too_large', 'unsupported_media'),
      },
    },
    onRequest: [admit.servicesWith('connections:write'), refuseIdempotencyKey],
    handler: async (request, reply) => {
      const { user_id, return_to, scopes, add_account } = request.body;
      const link = answerOf(
        await createConnectLink(deps.connecting, {
          userId: userId(user_id),
          returnTo: return_to ?? null,
          scopes: scopes?.map(scope) ?? null,
          addAccount: add_account ?? false,
        }),
      );
      return reply.code(201).send({ token: link.token.reveal(), connect_url: link.connectUrl.reveal(), expires_at: link.expiresAt });
    },
  });
};
