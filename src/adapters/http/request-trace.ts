import type { FastifyInstance } from 'fastify';
import type { Tracer } from '../../application/ports/tracer.ts';
import { traceparentOf } from './command-context.ts';
import { pathOf } from './request-log.ts';

/**
 * Each request as a span that continues its caller's trace. Of the address only the path goes in, and only where a route
 * answers it: queries hold codes, states and link tokens, and an unknown path may hold anything.
 */
export const traceRequests = (app: FastifyInstance, tracer: Tracer): void => {
  app.addHook('onRequest', (request, _, done) => {
    const { method, url } = request;
    const route = request.routeOptions.url;
    const span = tracer.begin({
      name: route === undefined ? method : `${method} ${route}`,
      kind: 'server',
      parent: traceparentOf(request.headers['traceparent']),
      facts: {
        'http.request.method': method,
        ...(route === undefined ? {} : { 'http.route': route, 'url.path': pathOf(url) }),
        'tiktok_connections.request_id': request.id,
        'tiktok_connections.correlation_id': `request:${request.id}`,
      },
    });
    request.span = span;
    tracer.within(span, done);
  });
  // A body is read in events of its socket, which know nothing of the request.
  app.addHook('preValidation', (request, _, done) => {
    if (request.span === null) done();
    else tracer.within(request.span, done);
  });
  app.addHook('onResponse', (request, reply, done) => {
    const { span } = request;
    span?.set({ 'http.response.status_code': reply.statusCode, 'tiktok_connections.principal': request.caller?.principal.kind ?? 'anonymous' });
    if (reply.statusCode >= 500) span?.fail(`answered ${reply.statusCode}`);
    span?.end();
    done();
  });
  app.addHook('onRequestAbort', (request, done) => {
    request.span?.fail('the caller left');
    request.span?.end();
    done();
  });
};
