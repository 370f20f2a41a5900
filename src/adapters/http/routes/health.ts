import { z } from 'zod';
import type { HttpApp } from '../http-app-type.ts';
import type { HttpDeps } from '../http-deps.ts';
import { json, problems, text } from '../openapi/answers.ts';
import { problemSchema } from '../problems/problem-schema.ts';
import { problemMediaType } from '../problems/write-problem.ts';
import { nobody } from '../openapi/security.ts';
import { readinessSchema, type Readiness } from '../readiness.ts';

const retryAfterSeconds = 2;
const stopping: Readiness = { status: 'unavailable', parts: { process: { status: 'unavailable', detail: 'This replica was told to stop.' } } };
const alive = z.strictObject({ status: z.literal('ok') });

/** `GET /livez`, `GET /readyz` and, where this port shows it, `GET /metrics`. */
export const healthRoutes = (app: HttpApp, { metrics, readiness, draining }: Pick<HttpDeps, 'metrics' | 'readiness' | 'draining'>): void => {
  app.route({
    method: 'GET',
    url: '/livez',
    schema: {
      operationId: 'livez',
      summary: 'Whether the process answers',
      tags: ['Operations'],
      security: nobody,
      response: { 200: json(alive, 'It does.'), ...problems() },
    },
    handler: async () => ({ status: 'ok' as const }),
  });
  app.route({
    method: 'GET',
    url: '/readyz',
    schema: {
      operationId: 'readyz',
      summary: 'Whether this replica can serve, part by part',
      tags: ['Operations'],
      security: nobody,
      response: {
        ...problems(),
        200: json(readinessSchema, 'It can; `degraded` when someone should look.'),
        503: {
          description: 'It cannot.',
          content: { 'application/json': { schema: readinessSchema }, [problemMediaType]: { schema: problemSchema('unavailable') } },
        },
      },
    },
    handler: async (_, reply) => {
      const state = draining.begun ? stopping : await readiness();
      if (state.status !== 'unavailable') {
        draining.foundReady();
        return state;
      }
      return reply.code(503).header('retry-after', retryAfterSeconds).send(state);
    },
  });
  if (metrics === null) return;
  app.route({
    method: 'GET',
    url: '/metrics',
    schema: {
      operationId: 'metrics',
      summary: 'Figures for Prometheus',
      tags: ['Operations'],
      security: nobody,
      response: { 200: text('text/plain', 'Prometheus text format.'), ...problems() },
    },
    handler: async (_, reply) => reply.type('text/plain; version=0.0.4; charset=utf-8').send(await metrics()),
  });
};
