import Fastify, { LogController, type FastifyReply, type FastifyRequest } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { crossOriginOptions } from './headers/cross-origin.ts';
import { refuseRepeatedHeaders } from './headers/single-headers.ts';
import { securityHeaders, type Headers } from './headers/security-headers.ts';
import type { HttpApp } from './http-app-type.ts';
import type { HttpDeps } from './http-deps.ts';
import { limits } from './limits.ts';
import { sheddingServer } from './overload/shedding-server.ts';
import { refuseForeignHosts } from './principals/development-host.ts';
import { clientErrorHandler } from './problems/client-errors.ts';
import { answerErrors } from './problems/error-handler.ts';
import { answerOf } from './problems/failures.ts';
import { problemOfError } from './problems/framework-errors.ts';
import { writeProblem } from './problems/write-problem.ts';
import { requestIdOf } from './request-id.ts';
import { logAnswer, logSerializers } from './request-log.ts';
import { trustedProxies } from './trusted-proxies.ts';
import { parseJsonOnly } from './wire/json-body.ts';
import { refuseUnreadableQuery } from './wire/readable-query.ts';
import { refuseTrailingSlash } from './wire/trailing-slash.ts';

export type FrameDeps = Pick<HttpDeps, 'settings' | 'logger' | 'shedding' | 'draining' | 'tracer' | 'answered' | 'aborted'>;

/** What requests of a server go through on their way to the application. */
export type Through = (application: RequestListener) => RequestListener;

/** In place of fastify's own compilers, which would be loaded at every start. Those of zod are set before any route. */
const noCompiler = (): never => {
  throw new Error('a schema was to be compiled before the compilers of zod were set');
};

const loggerOf = ({ logger: { level, stream, mixin } }: FrameDeps) => ({
  level,
  serializers: logSerializers,
  ...(stream === undefined ? {} : { stream }),
  ...(mixin === undefined ? {} : { mixin }),
});

const note = ({ answered }: FrameDeps, request: FastifyRequest, reply: FastifyReply): void => {
  logAnswer(request, reply);
  answered?.({ method: request.method, route: request.routeOptions.url ?? null, status: reply.statusCode, seconds: reply.elapsedTime / 1_000 });
};

const createServer = (deps: FrameDeps, headers: Headers, uploads: WeakSet<Socket>, through: Through): HttpApp =>
  Fastify({
    ...limits,
    serverFactory: (application) =>
      sheddingServer(deps.shedding, { publicUrl: deps.settings.publicUrl, headers, corsOrigins: deps.settings.corsOrigins }, through(application)),
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    trustProxy: trustedProxies(deps.settings.trustProxy),
    genReqId: requestIdOf,
    logger: loggerOf(deps),
    schemaController: { compilersFactory: { buildValidator: noCompiler, buildSerializer: noCompiler } },
    logController: new LogController({ disableRequestLogging: true }),
    clientErrorHandler: clientErrorHandler(deps.settings.publicUrl, (socket) => uploads.has(socket)),
    frameworkErrors: (error, request, reply) => {
      // No hook runs for an address that cannot be read.
      request.caller = null;
      request.span = null;
      reply.headers(headers).header('x-request-id', request.id);
      writeProblem(deps.settings.publicUrl, request, reply, problemOfError(error, request).problem);
      note(deps, request, reply);
    },
  });

/**
 * An application without routes: what holds for every request of ours, with errors, headers and log.
 * @param uploads sockets on which a request is under way that may take longer than others
 */
export const createFrame = async (deps: FrameDeps, uploads: WeakSet<Socket>, through: Through = (application) => application): Promise<HttpApp> => {
  const { settings } = deps;
  const headers = securityHeaders(settings);
  const app = createServer(deps, headers, uploads, through);
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  parseJsonOnly(app);
  answerErrors(app, settings.publicUrl);
  app.decorateRequest('caller', null);
  app.decorateRequest('span', null);
  app.decorateRequest('problemCode', null);
  if (deps.tracer !== undefined && deps.tracer !== null) (await import('./request-trace.ts')).traceRequests(app, deps.tracer);
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
    note(deps, request, reply);
    done();
  });
  app.addHook('onRequestAbort', (request, done) => {
    deps.aborted?.({ method: request.method, route: request.routeOptions.url ?? null });
    done();
  });
  app.addHook('onClose', async () => deps.logger.stream?.flushSync?.());
  if (settings.corsOrigins.length > 0) {
    const { default: cors } = await import('@fastify/cors');
    await app.register(cors, crossOriginOptions(settings.corsOrigins));
  }
  return app;
};
