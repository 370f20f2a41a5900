import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastify, { type FastifyInstance } from 'fastify';
import { controlRoutes } from './control/control.ts';
import { endpoints, unknownEndpoint } from './endpoints.ts';
import { homeRoutes } from './home/home.ts';
import type { Endpoint } from './wire/endpoint.ts';
import { serve, type Service } from './wire/serve.ts';

/** The HTTP server around a simulated world, not yet listening. */
export function createServer(service: Service): FastifyInstance {
  const server = fastify({
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    bodyLimit: 16 * 1024 * 1024,
    routerOptions: { maxParamLength: 500 },
  });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    done(null, body);
  });
  addEndpoints(
    server,
    service,
    endpoints.filter(({ streamsBody }) => streamsBody !== true),
  );
  void server.register(async (streaming) => {
    streaming.removeAllContentTypeParsers();
    streaming.addContentTypeParser('*', (_request, _body, done) => done(null, undefined));
    streaming.setErrorHandler(async (problem, _request, reply) => {
      const isOddType = problem instanceof Error && 'statusCode' in problem && problem.statusCode === 415;
      return reply.code(isOddType ? 400 : 500).send();
    });
    addEndpoints(
      streaming,
      service,
      endpoints.filter(({ streamsBody }) => streamsBody === true),
    );
  });
  server.setNotFoundHandler(async (request, reply) => serve(service, unknownEndpoint, request, reply));
  void server.register(controlRoutes(service), { prefix: '/_control' });
  homeRoutes(server, service);
  addAssets(server);
  return server;
}

function addEndpoints(server: FastifyInstance, service: Service, added: readonly Endpoint[]): void {
  for (const endpoint of added) {
    server.route({
      method: endpoint.method,
      url: endpoint.path,
      handler: async (request, reply) => serve(service, endpoint, request, reply),
    });
  }
}

const assets = [
  { path: '/_simulator/simulator.css', file: 'simulator.css', type: 'text/css; charset=utf-8' },
  { path: '/_simulator/icon.svg', file: 'icon.svg', type: 'image/svg+xml' },
];

function addAssets(server: FastifyInstance): void {
  for (const { path, file, type } of assets) {
    const content = readFileSync(join(import.meta.dirname, 'pages', file));
    server.get(path, async (_request, reply) => reply.type(type).header('cache-control', 'no-cache').send(content));
  }
}
