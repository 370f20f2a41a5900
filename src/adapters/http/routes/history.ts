import { pageHeaders } from '../headers/security-headers.ts';
import type { HttpApp, RouteDeps } from '../http-app-type.ts';
import { historyPageRoute } from './history-page.ts';

/** The history page, in a scope of its own with the headers of a page on which nothing runs. */
export const historyRoutes = (app: HttpApp, routeDeps: RouteDeps): void => {
  const headers = pageHeaders(routeDeps.deps.settings.imageOrigins);
  app.addHook('onRequest', async (_, reply) => {
    reply.headers(headers);
  });
  historyPageRoute(app, routeDeps);
};
