import type { FastifyInstance } from 'fastify';
import { ownCallersOnly } from '../wire/own-callers.ts';
import type { Service } from '../wire/serve.ts';
import { accountRoutes } from './accounts.ts';
import { appRoutes } from './apps.ts';
import { authorizeRoute } from './authorize.ts';
import { callRoutes } from './calls.ts';
import { clockRoutes } from './clock.ts';
import { fateRoutes } from './fates.ts';
import { faultRoutes } from './faults.ts';
import { grantRoutes } from './grants.ts';
import { ControlProblem } from './problem.ts';
import { publishingRoutes } from './publishing.ts';
import { resetRoute } from './reset.ts';
import { settingsRoutes } from './settings.ts';
import { webhookRoutes } from './webhooks.ts';

/** The control endpoint: JSON in, JSON out, every change stored before its answer. */
export function controlRoutes(service: Service): (control: FastifyInstance) => Promise<void> {
  return async (control) => {
    control.addHook('onRequest', ownCallersOnly(service.simulation));
    control.removeAllContentTypeParsers();
    control.addContentTypeParser('*', { parseAs: 'string' }, (request, body, done) => {
      const type = request.headers['content-type'] ?? 'no type';
      done(body === '' ? null : new ControlProblem(415, `The control endpoint takes JSON, not ${type}: send application/json.`));
    });
    control.addContentTypeParser('application/json', { parseAs: 'string' }, control.getDefaultJsonParser('error', 'error'));
    control.setErrorHandler(async (problem, _request, reply) => {
      if (problem instanceof ControlProblem) return reply.code(problem.status).send({ error: problem.message, ...problem.details });
      const status =
        problem instanceof Error && 'statusCode' in problem && typeof problem.statusCode === 'number' ? problem.statusCode : 500;
      return reply.code(status).send({ error: problem instanceof Error ? problem.message : 'Unknown failure' });
    });
    control.setNotFoundHandler(async (request, reply) =>
      reply.code(404).send({ error: `There is no control route ${request.method} ${request.url}.` }),
    );
    control.addHook('onSend', async (request) => {
      const cameDue = service.progress.run();
      if (request.method === 'GET' && !cameDue) return;
      await service.store.save();
      service.deliveries.flush();
    });
    for (const routes of [
      accountRoutes,
      appRoutes,
      authorizeRoute,
      callRoutes,
      clockRoutes,
      fateRoutes,
      faultRoutes,
      grantRoutes,
      publishingRoutes,
      resetRoute,
      settingsRoutes,
      webhookRoutes,
    ]) {
      routes(control, service);
    }
  };
}
