import { z } from 'zod';
import { unbind } from '../../../application/connecting/unbind.ts';
import { actorOf } from '../../../application/execution/principal.ts';
import { connectionId } from '../../../domain/values/ids.ts';
import { commandContext } from '../command-context.ts';
import type { FormTokens } from '../cookies/form-token.ts';
import type { HttpApp, RouteDeps } from '../http-app-type.ts';
import { slowAnswer } from '../limits.ts';
import { bare, page } from '../openapi/answers.ts';
import { endUser } from '../openapi/security.ts';
import { accountPath, disconnectPath, troubles } from './account-addresses.ts';
import { showTrouble } from '../pages/show-trouble.ts';
import { endUserOf } from '../principals/admit.ts';
import { answerOf, refuse } from '../problems/failures.ts';
import { parseForms } from '../wire/form-body.ts';

const form = z.strictObject({ connection_id: z.uuid(), form_token: z.string().max(100) });

/** The form on the account page, which works without scripts and so cannot send JSON. */
export const accountFormRoute = (app: HttpApp, { deps, identify }: RouteDeps, tokens: FormTokens): void => {
  const { settings } = deps;
  const ownOrigin = new URL(settings.publicUrl).origin;
  parseForms(app);
  app.route({
    method: 'POST',
    url: disconnectPath,
    handlerTimeout: slowAnswer(settings),
    schema: {
      operationId: 'accountPageDisconnect',
      summary: "The account page's own form: disconnect one account",
      description:
        'For the page alone: needs the Origin of the page and the token in its form. Applications use `POST /api/tiktok/unbind`.',
      tags: ['Connecting'],
      security: endUser,
      consumes: ['application/x-www-form-urlencoded'],
      body: form,
      response: {
        303: bare('Back to the page.'),
        ...troubles,
        404: page('There is no such connection.'),
        409: page('The connection was changed meanwhile.'),
        413: page('The form is too large.'),
        415: page('The form is of another type.'),
        504: page('It took too long.'),
      },
    },
    config: { answerHeaders: { 303: ['location'] } },
    errorHandler: showTrouble,
    onRequest: async (request) => {
      if (request.headers.origin !== ownOrigin) refuse({ kind: 'CrossSiteWrite', reason: 'This form was not sent by our own page.' });
      request.caller = answerOf(await identify(request));
    },
    handler: async (request, reply) => {
      const user = endUserOf(request);
      const { connection_id, form_token } = request.body;
      if (!tokens.proves(request, user, form_token)) refuse({ kind: 'CrossSiteWrite', reason: 'The page was out of date.' });
      const context = commandContext(request, actorOf(user), deps.ids.commandId());
      answerOf(await unbind(deps.unbinding, context, user, connectionId(connection_id.toLowerCase())));
      return reply.redirect(`${accountPath}?disconnected=1`, 303);
    },
  });
};
