import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { followConnectLink } from '../../../application/connecting/connect-links.ts';
import { allowedReturn, withOutcome } from '../../../application/connecting/return-address.ts';
import type { ConnectError } from '../../../application/connecting/complete-authorization.ts';
import { startAuthorization, type Started } from '../../../application/connecting/start-authorization.ts';
import { secret } from '../../../domain/values/secret.ts';
import type { FlowCookies } from '../cookies/flow-cookies.ts';
import type { HttpApp, RouteDeps } from '../http-app-type.ts';
import { bare, problems } from '../openapi/answers.ts';
import { endUser } from '../openapi/security.ts';
import { problemOf, refuse } from '../problems/failures.ts';
import { ProblemAnswer } from '../problems/problem.ts';
import { readScopes, returnTo, scopeList } from '../wire/connect-fields.ts';

const query = z.strictObject({
  return_to: returnTo.optional(),
  scopes: scopeList.optional(),
  add_account: z.literal('1').optional().describe("Shows TikTok's page even to someone who has granted before, to choose another account."),
  session: z.string().max(2_000).optional().describe('The token of a connect link. What it carries holds unless it is named here too.'),
});

/** `GET /api/tiktok/auth/authorize`: sends the browser to TikTok. */
export const authorizeRoute = (app: HttpApp, { deps, identify }: RouteDeps, cookies: FlowCookies): void => {
  const { connecting, settings } = deps;

  /** @throws ProblemAnswer when the address is not allowed: nobody is sent there, not even with an error */
  const returnAddress = (wanted: string | undefined): string => {
    if (wanted === undefined) return settings.returnUrl;
    const allowed = allowedReturn(wanted, settings.returnUrlAllowlist);
    return allowed instanceof URL ? allowed.href : refuse(allowed);
  };

  const sendBack = (reply: FastifyReply, address: string, error: ConnectError): FastifyReply =>
    reply.redirect(withOutcome(address, ['tiktok_error', error]), 303);

  app.route({
    method: 'GET',
    url: '/api/tiktok/auth/authorize',
    exposeHeadRoute: false,
    schema: {
      operationId: 'authorize',
      summary: 'Begin connecting a TikTok account',
      description: 'Not signed in, or with a link that is used up: `303` to the return address with `tiktok_error=session_expired`.',
      tags: ['Connecting'],
      security: [...endUser, { connectLink: [] }],
      querystring: query,
      response: {
        302: bare("To TikTok's page, with the cookie of this flow."),
        303: bare('To the return address with `tiktok_error`.'),
        ...problems('forbidden'),
      },
    },
    config: { answerHeaders: { 302: ['location', 'set-cookie'], 303: ['location'] } },
    errorHandler: (error, request, reply) => {
      if (error instanceof ProblemAnswer || error.validation !== undefined) throw error;
      request.log.error({ err: error }, 'authorize failed');
      sendBack(reply, settings.returnUrl, 'unexpected_error');
    },
    handler: async (request, reply) => {
      const { session, return_to, scopes, add_account } = request.query;
      const begin = (started: Started): FastifyReply => {
        cookies.add(request, reply, started.flowCookie, started.lifetimeSeconds);
        return reply.redirect(started.redirectTo.reveal(), 302);
      };
      const address = returnAddress(return_to);
      const wishes = { returnTo: return_to ?? null, scopes: readScopes(scopes), addAccount: add_account !== undefined };
      if (session !== undefined) {
        const followed = await followConnectLink(connecting, secret(session), wishes);
        if (followed.isOk()) return begin(followed.value);
        switch (followed.error.kind) {
          case 'LinkSpent':
            return sendBack(reply, address, 'session_expired');
          case 'Unavailable':
            return sendBack(reply, address, 'database_error');
          case 'ReturnRefused':
            return refuse(followed.error);
        }
      }
      const identified = await identify(request);
      if (identified.isErr()) {
        const kind = identified.error.kind;
        return sendBack(
          reply,
          address,
          kind === 'Unauthenticated' ? 'session_expired' : kind === 'Unavailable' ? 'database_error' : 'unexpected_error',
        );
      }
      request.caller = identified.value;
      const { principal } = identified.value;
      if (principal.kind !== 'user') return refuse({ kind: 'WrongPrincipal', needed: 'end user' });
      const started = await startAuthorization(connecting, { ...wishes, userId: principal.userId, viaConnectLink: false });
      if (started.isOk()) return begin(started.value);
      if (started.error.kind === 'Unavailable') return sendBack(reply, address, 'database_error');
      throw new ProblemAnswer(problemOf(started.error));
    },
  });
};
