import { z } from 'zod';
import { completeAuthorization } from '../../../application/connecting/complete-authorization.ts';
import { withOutcome } from '../../../application/connecting/return-address.ts';
import type { Actor } from '../../../application/execution/actor.ts';
import { commandContext } from '../command-context.ts';
import { slowAnswer } from '../limits.ts';
import type { FlowCookies } from '../cookies/flow-cookies.ts';
import type { HttpApp, RouteDeps } from '../http-app-type.ts';
import { bare, unreadable } from '../openapi/answers.ts';
import { nobody } from '../openapi/security.ts';
import { ProblemAnswer } from '../problems/problem.ts';
import { rawQuery } from '../wire/raw-query.ts';

/** TikTok keeps people on its page for minutes; a session that ended meanwhile still shows who began. */
const pastEndSeconds = 600;

/** What TikTok sends; whatever else comes is let through. */
const parameters = z.looseObject({
  code: z.string().optional().describe('To be exchanged for tokens, once.'),
  state: z.string().optional().describe('As it was sent to TikTok.'),
  scopes: z.string().optional().describe('What the person granted, comma separated.'),
  error: z.string().optional().describe('Why nothing was granted, such as `access_denied`.'),
});

/** Until the state has shown who began. */
const browser: Actor = { kind: 'system', id: 'callback' };

/** `GET /api/tiktok/auth/callback`: where TikTok sends the browser back to. Answers whatever can be read with a redirect. */
export const callbackRoute = (app: HttpApp, { deps, identify }: RouteDeps, cookies: FlowCookies): void => {
  app.route({
    method: 'GET',
    url: '/api/tiktok/auth/callback',
    handlerTimeout: slowAnswer(deps.settings),
    exposeHeadRoute: false,
    schema: {
      operationId: 'callback',
      summary: "TikTok's answer to an authorization",
      description: 'Comes with `code` and `state`, or `error`. The return address gets `tiktok_success=true` or `tiktok_error`.',
      tags: ['Connecting'],
      security: nobody,
      response: { 303: bare('To the return address.'), ...unreadable },
    },
    config: { anyQuery: true, documented: { querystring: parameters }, answerHeaders: { 303: ['location'] } },
    errorHandler: (error, request, reply) => {
      if (error instanceof ProblemAnswer) throw error;
      request.log.error({ err: error }, 'callback failed');
      reply.redirect(withOutcome(deps.settings.returnUrl, ['tiktok_error', 'unexpected_error']), 303);
    },
    handler: async (request, reply) => {
      const identified = await identify(request, pastEndSeconds);
      const principal = identified.isOk() ? identified.value.principal : null;
      const signedIn = principal?.kind === 'user' ? principal.userId : null;
      const outcome = await completeAuthorization(deps.completing, commandContext(request, browser, deps.ids.commandId()), {
        parameters: rawQuery(request.raw.url ?? ''),
        flowCookies: cookies.read(request),
        signedIn,
      });
      if (outcome.spentCookie !== null) cookies.clear(request, reply, outcome.spentCookie);
      if (outcome.error !== null) request.log.info({ tiktok_error: outcome.error }, 'connect refused');
      const shown = outcome.error === null ? (['tiktok_success', 'true'] as const) : (['tiktok_error', outcome.error] as const);
      return reply.redirect(withOutcome(outcome.returnTo, shown), 303);
    },
  });
};
