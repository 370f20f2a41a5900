import type { FormTokens } from '../cookies/form-token.ts';
import type { HttpApp, RouteDeps } from '../http-app-type.ts';
import { page } from '../openapi/answers.ts';
import { endUser } from '../openapi/security.ts';
import { shownAccount } from '../pages/account/account-page.ts';
import { outcomeQuery, outcomeWords } from '../pages/account/outcome-words.ts';
import { renderPage } from '../pages/render-page.ts';
import { showTrouble } from '../pages/show-trouble.ts';
import { endUserOf } from '../principals/admit.ts';
import { currentConnections } from '../reading/current-connections.ts';
import { accountPath, connectAddress, disconnectPath, troubles } from './account-addresses.ts';

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
      const accounts = connections.map(shownAccount);
      const shown = await renderPage('account/account', {
        title: 'Connected Accounts',
        modules: accounts.some(({ showsVideos }) => showsVideos) ? ['recent-videos.js'] : [],
        outcome: outcomeWords(request.query),
        accounts,
        connectAddress: connectAddress(settings, {}),
        addAddress: connectAddress(settings, { addAccount: true }),
        disconnectAddress: disconnectPath,
        formToken: tokens.issue(request, reply, user),
      });
      return reply.type('text/html; charset=utf-8').send(shown);
    },
  });
};
