import { err, ok, type Result } from 'neverthrow';
import type { Logger } from 'pino';
import { migrate } from '../adapters/postgres/migrate.ts';
import { announce, type Announcement } from './announce.ts';
import { assemble } from './assemble.ts';
import { openDatabase } from './database.ts';
import { httpDepsOf } from './http-deps.ts';
import { openTikTokSide } from './open-tiktok-side.ts';
import type { Container } from './parts.ts';
import type { Settings } from './settings/read-settings.ts';

export type RunningService = Readonly<{
  announcement: Announcement;
  stop: () => Promise<void>;
}>;

type Step = Readonly<{ name: string; stop: () => Promise<unknown> }>;

/** What was started, to be stopped in the opposite order; a failure to stop one does not keep the others running. */
const createStops = (log: Logger) => {
  const steps: Step[] = [];
  return {
    add: (name: string, stop: Step['stop']) => void steps.push({ name, stop }),
    run: async () => {
      for (const { name, stop } of steps.splice(0).reverse()) {
        await stop().catch((error: unknown) => log.error({ err: error, part: name }, 'a part did not stop as it should'));
      }
    },
  };
};

type Stops = ReturnType<typeof createStops>;

/** Requests in flight get this long; a load balancer has stopped sending new ones by then. */
const drainMillis = 15_000;

const prepareDatabase = async (container: Container): Promise<Result<void, string>> => {
  const migrated = await migrate(container.get('pool'));
  if (migrated.isErr()) return err(`${migrated.error.sentence} Run \`npm run cli -- doctor\` to see what is amiss.`);
  const checked = await container.get('eventStore').checkCluster();
  if (checked.isOk()) return ok(undefined);
  return err(checked.error.kind === 'Unavailable' ? `The event store does not answer: ${checked.error.reason}.` : checked.error.sentence);
};

const startBackground = (container: Container, stops: Stops): void => {
  const { roles } = container.get('settings');
  const apiKeys = container.get('apiKeys');
  apiKeys.start();
  stops.add('API keys', () => apiKeys.stop());
  if (!roles.includes('worker')) return;
  for (const [name, part] of [
    ['expiry sweep', container.get('expirySweep')],
    ['projectors', container.get('projectors')],
    ['work', container.get('work')],
  ] as const) {
    part.start();
    stops.add(name, () => part.stop());
  }
};

const startListening = async (container: Container, stops: Stops): Promise<Result<void, string>> => {
  const { createHttpApp } = await import('../adapters/http/http-app.ts');
  const { startHttp } = await import('../adapters/http/start.ts');
  const { host, port } = container.get('settings');
  const app = await createHttpApp(await httpDepsOf(container));
  try {
    const running = await startHttp(app, { host, port });
    stops.add('HTTP', () => running.stop(drainMillis));
    return ok(undefined);
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

const begin = async (settings: Settings, log: Logger, stops: Stops): Promise<Result<Announcement, string>> => {
  const database = await openDatabase(settings, false);
  if (database.isErr()) return err(database.error);
  stops.add('database', database.value.stop);
  const tiktokSide = await openTikTokSide(settings);
  if (tiktokSide.isErr()) return err(tiktokSide.error);
  stops.add('simulator', tiktokSide.value.stop);
  const container = assemble({ settings, databaseUrl: database.value.url, tiktokSide: tiktokSide.value, log });
  stops.add('outbound calls', () => container.get('dispatcher').close());
  stops.add('pool', () => container.get('pool').end());
  stops.add('event store', () => container.get('eventStore').close());
  const prepared = await prepareDatabase(container);
  if (prepared.isErr()) return err(prepared.error);
  startBackground(container, stops);
  const measuring = await startMetrics(container, stops);
  if (measuring.isErr()) return err(measuring.error);
  const listening = await startListening(container, stops);
  return listening.map(() => announce(settings, database.value, tiktokSide.value));
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
