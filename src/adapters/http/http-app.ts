import cookies from '@fastify/cookie';
import Fastify, { LogController, type FastifyInstance, type RouteOptions } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { flowCookies } from './cookies/flow-cookies.ts';
import { crossOriginOptions } from './headers/cross-origin.ts';
import { refuseRepeatedHeaders } from './headers/single-headers.ts';
import { securityHeaders, type Headers } from './headers/security-headers.ts';
import type { HttpApp, RouteDeps } from './http-app-type.ts';
import type { HttpDeps } from './http-deps.ts';
import { admission } from './principals/admit.ts';
import { refuseForeignHosts } from './principals/development-host.ts';
import { identifyWith } from './principals/identify.ts';
import { clientErrorHandler } from './problems/client-errors.ts';
import { answerErrors } from './problems/error-handler.ts';
import { answerOf } from './problems/failures.ts';
import { writeProblem } from './problems/write-problem.ts';
import { problemOfError } from './problems/framework-errors.ts';
import { logAnswer, logSerializers } from './request-log.ts';
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
import { limits } from './limits.ts';
import { sheddingServer } from './overload/shedding-server.ts';
import { callerWithin } from './rate-limits/limit-callers.ts';
import { trustedProxies } from './trusted-proxies.ts';
import { parseJsonOnly } from './wire/json-body.ts';
import { refuseUnreadableQuery } from './wire/readable-query.ts';
import { refuseTrailingSlash } from './wire/trailing-slash.ts';

/** In place of fastify's own compilers, which would be loaded at every start. Those of zod are set before any route. */
const noCompiler = (): never => {
  throw new Error('a schema was to be compiled before the compilers of zod were set');
};

const createServer = ({ settings, logger, shedding }: HttpDeps, headers: Headers, uploads: WeakSet<Socket>): HttpApp =>
  Fastify({
    ...limits,
    serverFactory: (handler) => sheddingServer(shedding, { publicUrl: settings.publicUrl, headers, corsOrigins: settings.corsOrigins }, handler),
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    trustProxy: trustedProxies(settings.trustProxy),
    genReqId: () => randomUUID(),
    logger: { level: logger.level, serializers: logSerializers, ...(logger.stream === undefined ? {} : { stream: logger.stream }) },
    schemaController: { compilersFactory: { buildValidator: noCompiler, buildSerializer: noCompiler } },
    logController: new LogController({ disableRequestLogging: true }),
    clientErrorHandler: clientErrorHandler(settings.publicUrl, (socket) => uploads.has(socket)),
    frameworkErrors: (error, request, reply) => {
      // No hook runs for an address that cannot be read.
      request.caller = null;
      reply.headers(headers).header('x-request-id', request.id);
      writeProblem(settings.publicUrl, request, reply, problemOfError(error, request).problem);
      logAnswer(request, reply);
    },
  });

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

/** `operations`: whether this replica lives, is ready, and its figures; nothing that anyone but the operator asks for. */
export type Serves = 'everything' | 'operations';

/** Builds the HTTP side: routes, errors, headers, log. It does not listen; `startHttp` does. */
export const createHttpApp = async (deps: HttpDeps, serves: Serves = 'everything'): Promise<FastifyInstance> => {
  const { settings } = deps;
  const headers = securityHeaders(settings);
  const uploads = new WeakSet<Socket>();
  const app = createServer(deps, headers, uploads);
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  parseJsonOnly(app);
  answerErrors(app, settings.publicUrl);

  const routes: RouteOptions[] = [];
  app.addHook('onRoute', (route) => {
    if (route.method !== 'HEAD') routes.push(route);
  });

  app.decorateRequest('caller', null);
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers).header('x-request-id', request.id);
    // Whoever keeps the connection opens the next one to another replica.
    if (deps.draining.begun) reply.header('connection', 'close');
    done();
  });
  app.addHook('onRequest', refuseRepeatedHeaders);
  if (settings.developmentPrincipals) {
    const checkHost = refuseForeignHosts(settings);
    app.addHook('onRequest', async (request) => answerOf(checkHost(request)));
  }
  app.addHook('onRequest', refuseTrailingSlash);
  app.addHook('preValidation', refuseUnreadableQuery);
  app.addHook('onResponse', (request, reply, done) => {
    logAnswer(request, reply);
    done();
  });
  app.addHook('onClose', async () => deps.logger.stream?.flushSync?.());
  if (settings.corsOrigins.length > 0) {
    const { default: cors } = await import('@fastify/cors');
    await app.register(cors, crossOriginOptions(settings.corsOrigins));
  }
  await app.register(cookies);

  const identify = identifyWith(deps);
  const routeDeps = { deps, identify, admit: admission(callerWithin(deps.rateLimits, identify, { clock: deps.clock, authCookie: settings.authCookie }), settings) };
  healthRoutes(app, routeDeps);
  if (serves === 'everything') await everythingElse(app, routeDeps, routes, uploads);
  await app.ready();
  return app;
};
