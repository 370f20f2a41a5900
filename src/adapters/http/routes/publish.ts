import { livePageHeaders } from '../headers/security-headers.ts';
import type { HttpApp, RouteDeps } from '../http-app-type.ts';
import { publishPageRoute } from './publish-page.ts';

/** The posting page, in a scope of its own: its headers let modules of ours run. */
export const publishRoutes = (app: HttpApp, routeDeps: RouteDeps): void => {
  const headers = livePageHeaders(routeDeps.deps.settings.imageOrigins);
  app.addHook('onRequest', async (_, reply) => {
    reply.headers(headers);
  });
  publishPageRoute(app, routeDeps);
};
