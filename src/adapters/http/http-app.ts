import cookies from '@fastify/cookie';
import type { FastifyInstance, RouteOptions } from 'fastify';
import type { Socket } from 'node:net';
import { createFrame } from './app-frame.ts';
import { flowCookies } from './cookies/flow-cookies.ts';
import type { HttpApp, RouteDeps } from './http-app-type.ts';
import type { HttpDeps } from './http-deps.ts';
import { admission } from './principals/admit.ts';
import { identifyWith } from './principals/identify.ts';
import { callerWithin } from './rate-limits/limit-callers.ts';
import { accessTokenRoute } from './routes/access-token.ts';
import { accountRoutes } from './routes/account.ts';
import { assetRoutes } from './routes/assets.ts';
import { auditEventsRoute } from './routes/audit-events.ts';
import { authorizeRoute } from './routes/authorize.ts';
import { callbackRoute } from './routes/callback.ts';
import { connectSessionsRoute } from './routes/connect-sessions.ts';
import { connectionHistoryRoute } from './routes/connection-history.ts';
import { connectionStateRoute } from './routes/connection-state.ts';
import { deleteConnectionRoute } from './routes/delete-connection.ts';
import { documentationRoutes } from './routes/documentation.ts';
import { eraseConnectionRoute } from './routes/erase-connection.ts';
import { eraseUserRoute } from './routes/erase-user.ts';
import { getConnectionRoute } from './routes/get-connection.ts';
import { healthRoutes } from './routes/health.ts';
import { historyRoutes } from './routes/history.ts';
import { listConnectionsRoute } from './routes/list-connections.ts';
import { publicationRoutes } from './routes/publications.ts';
import { publishRoutes } from './routes/publish.ts';
import { mediaRoutes } from './routes/media.ts';
import { refreshConnectionRoute } from './routes/refresh-connection.ts';
import { securityLogRoute } from './routes/security-log.ts';
import { tiktokWebhookRoute } from './routes/tiktok-webhook.ts';
import { unbindRoute } from './routes/unbind.ts';
import { userInfoRoute } from './routes/user-info.ts';

const everythingElse = async (app: HttpApp, routeDeps: RouteDeps, routes: readonly RouteOptions[], uploads: WeakSet<Socket>): Promise<void> => {
  const flows = flowCookies(routeDeps.deps.settings.publicUrl.startsWith('https:'));
  authorizeRoute(app, routeDeps, flows);
  callbackRoute(app, routeDeps, flows);
  userInfoRoute(app, routeDeps);
  unbindRoute(app, routeDeps);
  connectSessionsRoute(app, routeDeps);
  listConnectionsRoute(app, routeDeps);
  getConnectionRoute(app, routeDeps);
  deleteConnectionRoute(app, routeDeps);
  refreshConnectionRoute(app, routeDeps);
  accessTokenRoute(app, routeDeps);
  eraseConnectionRoute(app, routeDeps);
  eraseUserRoute(app, routeDeps);
  connectionHistoryRoute(app, routeDeps);
  connectionStateRoute(app, routeDeps);
  auditEventsRoute(app, routeDeps);
  securityLogRoute(app, routeDeps);
  publicationRoutes(app, routeDeps);
  documentationRoutes(app, routeDeps, routes);
  assetRoutes(app);
  await app.register(async (scope: HttpApp) => accountRoutes(scope, routeDeps));
  await app.register(async (scope: HttpApp) => historyRoutes(scope, routeDeps));
  await app.register(async (scope: HttpApp) => publishRoutes(scope, routeDeps));
  await app.register(async (scope: HttpApp) => mediaRoutes(scope, routeDeps, uploads));
  await app.register(async (scope: HttpApp) => tiktokWebhookRoute(scope, routeDeps));
};

/**
 * Builds the whole HTTP side. It does not listen: `startHttp` does, or another application's server hands requests to it.
 * @param uploads filled with the sockets of uploads, for whoever owns the server
 */
export const createHttpApp = async (deps: HttpDeps, uploads = new WeakSet<Socket>()): Promise<FastifyInstance> => {
  const app = await createFrame(deps, uploads);
  const routes: RouteOptions[] = [];
  app.addHook('onRoute', (route) => {
    if (route.method !== 'HEAD') routes.push(route);
  });
  await app.register(cookies);
  const identify = identifyWith(deps);
  const { rateLimits, clock, settings } = deps;
  const admit = admission(callerWithin(rateLimits, identify, { clock, authCookie: settings.authCookie }), settings);
  const routeDeps = { deps, identify, admit };
  healthRoutes(app, deps);
  await everythingElse(app, routeDeps, routes, uploads);
  await app.ready();
  return app;
};
