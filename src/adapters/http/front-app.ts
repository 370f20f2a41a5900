import type { FastifyInstance } from 'fastify';
import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { createFrame, type FrameDeps } from './app-frame.ts';
import type { HttpDeps } from './http-deps.ts';
import { pathOf } from './request-log.ts';
import { healthRoutes } from './routes/health.ts';

export type FrontDeps = FrameDeps & Pick<HttpDeps, 'readiness' | 'metrics'>;

const operations = new Set(['/livez', '/readyz', '/metrics']);

type Application = Pick<FastifyInstance, 'routing'>;

/** The application behind the front. */
export type Behind = Readonly<{
  /** Asked for at each request until it is there. */
  load: () => Promise<Application>;
  /** Called when the front begins to close. */
  close: () => Promise<void>;
}>;

const listenerOf = (app: Application): RequestListener => (request, response) => app.routing(request, response);

/** Requests that come before the application behind is loaded wait for it. */
const handOver = (front: RequestListener, behind: Behind): RequestListener => {
  let loaded: RequestListener | null = null;
  return (request, response) => {
    if (operations.has(pathOf(request.url ?? ''))) {
      front(request, response);
    } else if (loaded !== null) {
      loaded(request, response);
    } else {
      behind.load().then(
        (app) => {
          loaded = listenerOf(app);
          loaded(request, response);
        },
        // The start ends with the reason, and with it this process.
        () => response.destroy(),
      );
    }
  };
};

/**
 * What answers from the first moment on: whether this replica lives and is ready, and its figures. Everything else is
 * handed to the application behind, which is loaded later and shares this one's server.
 * @param behind null where nothing else is served; then everything else is not found
 */
export const createFrontApp = async (deps: FrontDeps, behind: Behind | null, uploads: WeakSet<Socket>): Promise<FastifyInstance> => {
  const app = await createFrame(deps, uploads, (front) => (behind === null ? front : handOver(front, behind)));
  healthRoutes(app, deps);
  app.addHook('preClose', async () => behind?.close());
  await app.ready();
  return app;
};
