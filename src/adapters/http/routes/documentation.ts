import type { RouteOptions } from 'fastify';
import { z } from 'zod';
import { pageHeaders } from '../headers/security-headers.ts';
import type { HttpApp, RouteDeps } from '../http-app-type.ts';
import { json, page, problems } from '../openapi/answers.ts';
import type { OpenApiDocument } from '../openapi/document.ts';
import { nobody } from '../openapi/security.ts';
import { renderPage } from '../pages/render-page.ts';

const fresh = 'no-cache';

/** `GET /openapi.json` and `GET /docs`. @param routes filled as routes are added; read at the first question */
export const documentationRoutes = (app: HttpApp, { deps }: RouteDeps, routes: readonly RouteOptions[]): void => {
  const { publicUrl, authCookie } = deps.settings;
  let written: Promise<OpenApiDocument> | undefined;
  const document = (): Promise<OpenApiDocument> => {
    written ??= import('../openapi/document.ts').then(({ writeDocument }) => writeDocument(routes, { publicUrl, authCookie }));
    return written;
  };

  app.route({
    method: 'GET',
    url: '/openapi.json',
    schema: {
      operationId: 'openapi',
      summary: 'This document',
      tags: ['Operations'],
      security: nobody,
      response: { 200: json(z.record(z.string(), z.unknown()), 'OpenAPI 3.1.'), ...problems() },
    },
    handler: async (_, reply) => reply.header('cache-control', fresh).send(await document()),
  });

  app.route({
    method: 'GET',
    url: '/docs',
    schema: {
      operationId: 'docs',
      summary: 'This document as a page',
      tags: ['Operations'],
      security: nobody,
      response: { 200: page('The page.'), ...problems() },
    },
    handler: async (_, reply) => {
      const { docsPage } = await import('../pages/docs/docs-page.ts');
      const shown = await renderPage('docs/docs', docsPage(await document()));
      return reply.headers(pageHeaders([])).header('cache-control', fresh).type('text/html; charset=utf-8').send(shown);
    },
  });
};
