import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { err, ok, type Result } from 'neverthrow';
import type pg from 'pg';
import type { Logger } from 'pino';
import { startHttp, type RunningHttp } from '../adapters/http/start.ts';
import { migrate, pendingMigrations, type MigrationProblem } from '../adapters/postgres/migrate.ts';
import { announce, type Announcement } from './announce.ts';
import { assemble } from './assemble.ts';
import { openDatabase } from './database.ts';
import { httpDepsOf } from './http-deps.ts';
import { prepareKeys } from './prepare-keys.ts';
import { prepareProjections } from './prepare-projections.ts';
import { openTikTokSide } from './open-tiktok-side.ts';
import { createStops, type Stop, type Stops } from './stops.ts';
import type { Container } from './parts.ts';
import type { Settings } from './settings/read-settings.ts';

export type RunningService = Readonly<{
  announcement: Announcement;
  stop: () => Promise<void>;
}>;

/** Requests in flight get this long; a load balancer has stopped sending new ones by then. */
const drainMillis = 15_000;

/** A start that finds nothing to migrate waits for no other, and needs no right to change the schema. */
const migrateIfPending = async (pool: pg.Pool): Promise<Result<unknown, MigrationProblem>> => {
  const pending = await pendingMigrations(pool);
  return pending.isOk() && pending.value.length > 0 ? migrate(pool) : pending;
};

const prepareDatabase = async (container: Container, log: Logger): Promise<Result<void, string>> => {
  const migrated = await migrateIfPending(container.get('pool'));
  if (migrated.isErr()) return err(`${migrated.error.sentence} Run \`npm run cli -- doctor\` to see what is amiss.`);
  const checked = await container.get('eventStore').checkCluster();
  if (checked.isErr()) return err(checked.error.kind === 'Unavailable' ? `The event store does not answer: ${checked.error.reason}.` : checked.error.sentence);
  const followed = await prepareProjections(container, log);
  return followed.isErr() ? followed : prepareKeys(container);
};

/**
 * Background work begins by opening connections and looking over all there is. The first requests, and the question
 * whether this replica is ready, do not wait behind that.
 */
const headStartMillis = 100;

/** A refresh outlives whoever asked for it: its answer is kept, for the token that it used is used up. */
const untilRefreshed = async (underWay: ReadonlyMap<unknown, Promise<unknown>>): Promise<void> => {
  while (underWay.size > 0) await Promise.allSettled(underWay.values());
};

/** Answers the work, which ends together with HTTP. The projectors end behind both: a request in flight waits for them. */
const startWorking = (container: Container, stops: Stops): readonly Stop[] => {
  const projectors = container.get('projectors');
  stops.add('projectors', () => projectors.stop());
  const parts = [
    ['expiry sweep', container.get('expirySweep')],
    ['media sweep', container.get('mediaSweep')],
    ['work', container.get('work')],
    ['publishing', container.get('publishWork')],
    ['uploads', container.get('uploadWork')],
    ['webhooks', container.get('webhookWork')],
  ] as const;
  const later = setTimeout(() => {
    projectors.start();
    for (const [, part] of parts) part.start();
  }, headStartMillis);
  return parts.map(([name, part]) => ({
    name,
    stop: () => {
      clearTimeout(later);
      return part.stop();
    },
  }));
};

/** At the stop no more work is taken from the first moment on, while HTTP answers what is in flight. */
const startBackground = (container: Container, http: RunningHttp, stops: Stops): void => {
  const apiKeys = container.get('apiKeys');
  apiKeys.start();
  stops.add('API keys', () => apiKeys.stop());
  const work = container.get('settings').roles.includes('worker') ? startWorking(container, stops) : [];
  const { underWay } = container.get('tokenPorts');
  stops.add('refreshes', () => untilRefreshed(underWay));
  stops.addTogether([{ name: 'HTTP', stop: () => http.stop(drainMillis) }, ...work]);
};

const buildHttp = async (container: Container): Promise<FastifyInstance> => {
  // Loading keeps the processor to itself: between its parts the database is heard, for connecting takes several answers.
  await nextTurn();
  await import('fastify');
  await nextTurn();
  const { createHttpApp } = await import('../adapters/http/http-app.ts');
  await nextTurn();
  const { roles } = container.get('settings');
  return createHttpApp(await httpDepsOf(container), roles.includes('http') ? 'everything' : 'operations');
};

const startListening = async (app: FastifyInstance, container: Container): Promise<Result<RunningHttp, string>> => {
  const { host, port } = container.get('settings');
  try {
    return ok(await startHttp(app, { host, port }, container.get('draining')));
  } catch (error) {
    await app.close();
    const cause = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    const sentence = cause === 'EADDRINUSE' ? `Port ${port} on ${host} is taken: set PORT to a free one.` : `Cannot listen on ${host}:${port} (${cause}).`;
    return err(sentence);
  }
};

const startMetrics = async (container: Container, stops: Stops): Promise<Result<void, string>> => {
  const { host, metricsPort } = container.get('settings');
  if (metricsPort === null) return ok(undefined);
  const { startMetricsServer } = await import('./metrics-server.ts');
  try {
    const { collectMetrics } = await import('./metrics.ts');
    const running = await startMetricsServer(host, metricsPort, () => collectMetrics(container));
    stops.add('metrics', running.stop);
    return ok(undefined);
  } catch {
    return err(`METRICS_PORT ${metricsPort} on ${host} is taken: set it to a free one.`);
  }
};

/**
 * With the one that preparing the database opens, as many as the first question of `/readyz` uses at once: opened while
 * the routes are loaded, not while it waits.
 */
const connectionsBesides = 3;

const openConnections = (pool: pg.Pool): void => {
  const released = (client: pg.PoolClient): void => client.release();
  // Why there is none is said by what asks the database next.
  for (let opened = 0; opened < connectionsBesides; opened += 1) void pool.connect().then(released, () => undefined);
};

const startServing = async (container: Container, log: Logger, stops: Stops): Promise<Result<void, string>> => {
  openConnections(container.get('pool'));
  // While the database is asked, the routes are loaded.
  const [prepared, app] = await Promise.all([prepareDatabase(container, log), buildHttp(container)]);
  const ready = prepared.isErr() ? prepared : await startMetrics(container, stops);
  if (ready.isErr()) {
    await app.close();
    return err(ready.error);
  }
  const listening = await startListening(app, container);
  if (listening.isErr()) return err(listening.error);
  startBackground(container, listening.value, stops);
  return ok(undefined);
};

const begin = async (settings: Settings, log: Logger, stops: Stops): Promise<Result<Announcement, string>> => {
  const database = await openDatabase(settings, false);
  if (database.isErr()) return err(database.error);
  stops.add('database', database.value.stop);
  const tiktokSide = await openTikTokSide(settings);
  if (tiktokSide.isErr()) return err(tiktokSide.error);
  stops.add('simulator', tiktokSide.value.stop);
  const container = assemble({ settings, databaseUrl: database.value.url, tiktokSide: tiktokSide.value, log });
  stops.add('outbound calls', () => container.get('outbound').close());
  stops.add('pool', () => container.get('pool').end());
  stops.add('event store', () => container.get('eventStore').close());
  const serving = await startServing(container, log, stops);
  return serving.map(() => announce(settings, database.value, tiktokSide.value));
};

/** Starts everything in order, or nothing: what had been started before a failure is stopped again. */
export const startService = async (settings: Settings, log: Logger): Promise<Result<RunningService, string>> => {
  const stops = createStops(log);
  const begun = await begin(settings, log, stops);
  if (begun.isErr()) {
    await stops.run();
    return err(begun.error);
  }
  return ok({ announcement: begun.value, stop: stops.run });
};
