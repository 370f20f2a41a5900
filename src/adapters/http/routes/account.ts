import { formTokens } from '../cookies/form-token.ts';
import { livePageHeaders } from '../headers/security-headers.ts';
import type { HttpApp, RouteDeps } from '../http-app-type.ts';
import { accountFormRoute } from './account-form.ts';
import { accountPageRoute } from './account-page.ts';

/** The account page and its form, in a scope of their own: other headers, and forms beside JSON. */
export const accountRoutes = (app: HttpApp, routeDeps: RouteDeps): void => {
  const { settings, ids } = routeDeps.deps;
  const headers = livePageHeaders(settings.imageOrigins);
  const tokens = formTokens(ids, settings.publicUrl.startsWith('https:'));
  app.addHook('onRequest', async (_, reply) => {
    reply.headers(headers);
  });
  accountPageRoute(app, routeDeps, tokens);
  accountFormRoute(app, routeDeps, tokens);
};
