import { z } from 'zod';
import { allowedReturn } from '../../../application/connecting/return-address.ts';
import { unbind } from '../../../application/connecting/unbind.ts';
import { actorOf } from '../../../application/execution/principal.ts';
import { connectionId } from '../../../domain/values/ids.ts';
import { commandContext } from '../command-context.ts';
import { slowAnswer } from '../limits.ts';
import { formTokens } from '../cookies/form-token.ts';
import { pageHeaders } from '../headers/security-headers.ts';
import type { HttpApp, RouteDeps } from '../http-app-type.ts';
import type { HttpSettings } from '../http-deps.ts';
import { bare, page } from '../openapi/answers.ts';
import { endUser } from '../openapi/security.ts';
import { shownAccount } from '../pages/account/account-page.ts';
import { outcomeWords } from '../pages/account/outcome-words.ts';
import { renderPage } from '../pages/render-page.ts';
import { showTrouble } from '../pages/show-trouble.ts';
import { endUserOf } from '../principals/admit.ts';
import { answerOf, refuse } from '../problems/failures.ts';
import { currentConnections } from '../reading/current-connections.ts';
import { parseForms } from '../wire/form-body.ts';

const accountPath = '/dashboard/account';
const disconnectPath = `${accountPath}/disconnect`;

const form = z.strictObject({ connection_id: z.uuid(), form_token: z.string().max(100) });

/** The page's own address may carry the query of APP_RETURN_URL, so other fields are let through. */
const query = z.looseObject({
  tiktok_success: z.unknown().optional(),
  tiktok_error: z.unknown().optional(),
  disconnected: z.unknown().optional(),
});

const troubles = {
  400: page('The form was not understood.'),
  401: page('Nobody is signed in.'),
  403: page('The form did not come from this page, or an API key called.'),
  503: page('The service cannot answer now.'),
};

/** Where the page's own links begin a connection: one that comes back to this page, where that is allowed. */
const connectAddress = (settings: HttpSettings, addAccount: boolean): string => {
  const here = `${settings.publicUrl}${accountPath}`;
  const mayReturn = settings.returnUrl !== here && allowedReturn(here, settings.returnUrlAllowlist) instanceof URL;
  const parameters = new URLSearchParams({ ...(addAccount ? { add_account: '1' } : {}), ...(mayReturn ? { return_to: here } : {}) });
  return `/api/tiktok/auth/authorize${parameters.size === 0 ? '' : `?${parameters.toString()}`}`;
};

/** `GET /dashboard/account` and the form on it. */
export const accountRoutes = (app: HttpApp, { deps, admit, identify }: RouteDeps): void => {
  const { settings, ids } = deps;
  const headers = pageHeaders(settings.imageOrigins);
  const tokens = formTokens(ids, settings.publicUrl.startsWith('https:'));
  const ownOrigin = new URL(settings.publicUrl).origin;

  parseForms(app);
  app.addHook('onRequest', async (_, reply) => {
    reply.headers(headers);
  });

  app.route({
    method: 'GET',
    url: accountPath,
    schema: {
      operationId: 'accountPage',
      summary: 'The page on which a user connects and disconnects accounts',
      tags: ['Connecting'],
      security: endUser,
      querystring: query,
      response: { 200: page('The page.'), ...troubles },
    },
    onRequest: admit.endUsers,
    errorHandler: showTrouble,
    handler: async (request, reply) => {
      const user = endUserOf(request);
      const connections = await currentConnections(deps.connections, user);
      const shown = await renderPage('account/account', {
        title: 'Connected Accounts',
        outcome: outcomeWords(request.query),
        accounts: connections.map(shownAccount),
        connectAddress: connectAddress(settings, false),
        addAddress: connectAddress(settings, true),
        disconnectAddress: disconnectPath,
        formToken: tokens.issue(request, reply, user),
      });
      return reply.type('text/html; charset=utf-8').send(shown);
    },
  });

  app.route({
    method: 'POST',
    url: disconnectPath,
    handlerTimeout: slowAnswer(settings),
    schema: {
      operationId: 'accountPageDisconnect',
      summary: "The account page's own form: disconnect one account",
      description: 'For the page alone: needs the Origin of the page and the token in its form. Applications use `POST /api/tiktok/unbind`.',
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
      const context = commandContext(request, actorOf(user), ids.commandId());
      answerOf(await unbind(deps.unbinding, context, user, connectionId(connection_id.toLowerCase())));
      return reply.redirect(`${accountPath}?disconnected=1`, 303);
    },
  });
};
