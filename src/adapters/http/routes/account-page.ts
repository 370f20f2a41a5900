import { allowedReturn } from '../../../application/connecting/return-address.ts';
import type { FormTokens } from '../cookies/form-token.ts';
import type { HttpApp, RouteDeps } from '../http-app-type.ts';
import type { HttpSettings } from '../http-deps.ts';
import { page } from '../openapi/answers.ts';
import { endUser } from '../openapi/security.ts';
import { shownAccount } from '../pages/account/account-page.ts';
import { outcomeQuery, outcomeWords } from '../pages/account/outcome-words.ts';
import { renderPage } from '../pages/render-page.ts';
import { showTrouble } from '../pages/show-trouble.ts';
import { endUserOf } from '../principals/admit.ts';
import { currentConnections } from '../reading/current-connections.ts';
import { accountPath, disconnectPath, troubles } from './account-addresses.ts';

/** Where the page's own links begin a connection: one that comes back to this page, where that is allowed. */
const connectAddress = (settings: HttpSettings, addAccount: boolean): string => {
  const here = `${settings.publicUrl}${accountPath}`;
  const mayReturn = settings.returnUrl !== here && allowedReturn(here, settings.returnUrlAllowlist) instanceof URL;
  const parameters = new URLSearchParams({ ...(addAccount ? { add_account: '1' } : {}), ...(mayReturn ? { return_to: here } : {}) });
  return `/api/tiktok/auth/authorize${parameters.size === 0 ? '' : `?${parameters.toString()}`}`;
};

/** `GET /dashboard/account`: what a person sees and can do. */
export const accountPageRoute = (app: HttpApp, { deps, admit }: RouteDeps, tokens: FormTokens): void => {
  const { settings } = deps;
  app.route({
    method: 'GET',
    url: accountPath,
    schema: {
      operationId: 'accountPage',
      summary: 'The page on which a user connects and disconnects accounts',
      tags: ['Connecting'],
      security: endUser,
      querystring: outcomeQuery,
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
};
