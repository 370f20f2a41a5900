import type { FastifyInstance } from 'fastify';
import { err, ok, type Result } from 'neverthrow';
import type { Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as passed } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Behind, FrontDeps } from '../adapters/http/front-app.ts';
import { startHttp, type RunningHttp } from '../adapters/http/start.ts';
import { frontDepsOf } from './front-deps.ts';
import { onFirstUse } from './on-first-use.ts';
import type { Container, Ground } from './parts.ts';
import { prepareDatabase } from './prepare-database.ts';
import type { Stops } from './stops.ts';
import { wholeUpon, type Whole } from './whole.ts';

/** Requests in flight get this long; a load balancer has stopped sending new ones by then. */
const drainMillis = 15_000;

/**
 * Loading the rest, and background work, which begins by looking over all there is, keep the processor to themselves.
 * The question whether this replica is ready does not wait behind that; another request is what it is loaded for.
 */
const headStartMillis = 100;

/** The whole HTTP side, loaded in parts: between them what came in meanwhile is heard. */
const appBehind = (whole: Whole, front: FrontDeps, uploads: WeakSet<Socket>): Behind => {
  let made: FastifyInstance | null = null;
  return {
    load: onFirstUse(async () => {
      const container = await whole.load();
      await nextTurn();
      const [{ createHttpApp }, { httpDepsOf }] = [await import('../adapters/http/http-app.ts'), await import('./http-deps.ts')];
      await nextTurn();
      made = await createHttpApp(await httpDepsOf(container, front), uploads);
      return made;
    }),
    close: async () => made?.close(),
  };
};

type Applications = Readonly<{
  front: FastifyInstance;
  /** Null where this replica serves nothing but probes and figures. */
  behind: Behind | null;
}>;

const buildFront = async (ground: Ground, whole: Whole): Promise<Applications> => {
  // Between the parts that are loaded the database is heard.
  await nextTurn();
  await import('fastify');
  await nextTurn();
  const { createFrontApp } = await import('../adapters/http/front-app.ts');
  await nextTurn();
  const deps = frontDepsOf(ground, whole);
  const uploads = new WeakSet<Socket>();
  const behind = ground.get('settings').roles.includes('http') ? appBehind(whole, deps, uploads) : null;
  return { front: await createFrontApp(deps, behind, uploads), behind };
};

const startListening = async (app: FastifyInstance, ground: Ground): Promise<Result<RunningHttp, string>> => {
  const { host, port } = ground.get('settings');
  try {
    return ok(await startHttp(app, { host, port }, ground.get('draining')));
  } catch (error) {
    await app.close();
    const cause = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    const sentence = cause === 'EADDRINUSE' ? `Port ${port} on ${host} is taken: set PORT to a free one.` : `Cannot listen on ${host}:${port} (${cause}).`;
    return err(sentence);
  }
};

const startMetrics = async (ground: Ground, whole: Whole, stops: Stops): Promise<Result<void, string>> => {
  const { host, metricsPort } = ground.get('settings');
  if (metricsPort === null) return ok(undefined);
  const { startMetricsServer } = await import('./metrics-server.ts');
  try {
    const running = await startMetricsServer(host, metricsPort, async () => (await import('./metrics/collect-metrics.ts')).collectMetrics(await whole.load()));
    stops.add('metrics', running.stop);
    return ok(undefined);
  } catch {
    return err(`METRICS_PORT ${metricsPort} on ${host} is taken: set it to a free one.`);
  }
};

/** What a start leaves for later: everything but being ready. */
const startTheRest = async (whole: Whole, { behind }: Applications, http: RunningHttp, stops: Stops): Promise<void> => {
  try {
    await passed(headStartMillis);
    await behind?.load();
    const { startBackground } = await import('./background.ts');
    startBackground(await whole.load(), { name: 'HTTP', stop: () => http.stop(drainMillis) }, stops);
  } catch (error) {
    await http.stop(0);
    throw error;
  }
};

export type Serving = Readonly<{
  /** Fulfilled once everything is loaded and works in the background; rejected when that failed and nothing is answered any more. */
  loaded: Promise<void>;
}>;

/**
 * Answers once this replica is ready. What a request needs beyond that is loaded for the first of them, or right after.
 * @param stops to be run once `loaded` is settled
 * @returns on error a sentence that says what to do
 */
export const startServing = async (container: Container, log: Logger, stops: Stops): Promise<Result<Serving, string>> => {
  const whole = wholeUpon(container, stops);
  // While the database is asked, what answers first is loaded.
  const [prepared, applications] = await Promise.all([prepareDatabase(container, whole, log), buildFront(container, whole)]);
  const ready = prepared.isErr() ? prepared : await startMetrics(container, whole, stops);
  if (ready.isErr()) {
    await applications.front.close();
    return err(ready.error);
  }
  const listening = await startListening(applications.front, container);
  return listening.map((http) => ({ loaded: startTheRest(whole, applications, http, stops) }));
};
