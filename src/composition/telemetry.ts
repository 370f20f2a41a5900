import { pino } from 'pino';
import type { openTracing } from '../adapters/telemetry/otel/open-tracing.ts';
import { createTallies } from '../adapters/telemetry/tallies.ts';
import type { Tracing } from '../adapters/telemetry/tracing.ts';
import { watchedTikTok } from '../adapters/telemetry/watched-calls.ts';
import { watchedWebhooks, watchedWork } from '../adapters/telemetry/watched-work.ts';
import type { WorkHandler } from '../application/work-lists/work-handler.ts';
import type { WebhookHandler } from '../application/webhooks/webhook-outcome.ts';
import type { Container } from './parts.ts';
import type { Settings } from './settings/read-settings.ts';

export type OpenTracing = typeof openTracing;

/** OpenTelemetry takes a tenth of a second to load, so it is loaded where there is a collector alone. */
export const loadTracing = async ({ tracing }: Settings): Promise<OpenTracing | null> =>
  tracing === null ? null : (await import('../adapters/telemetry/otel/open-tracing.ts')).openTracing;

const spanIds = (tracing: Tracing | null): object => {
  const span = tracing?.tracer.running() ?? null;
  return span === null ? {} : { trace_id: span.traceId, span_id: span.spanId };
};

/** What a line says besides where there are traces. */
export const lineMixin = (container: Container): Readonly<{ mixin?: () => object }> =>
  container.get('settings').tracing === null ? {} : { mixin: () => spanIds(container.get('tracing')) };

/** What counts, writes down and traces what happens. */
export const provideTelemetry = (container: Container, open: OpenTracing | null): void => {
  container.provide('tallies', () => createTallies());
  container.provide('workLog', (c) => pino({ level: c.get('settings').logLevel, ...lineMixin(c) }, c.get('lines')));
  container.provide('tracing', (c) => {
    const { tracing } = c.get('settings');
    return open === null || tracing === null ? null : open({ settings: tracing, tallies: c.get('tallies'), log: c.get('workLog') });
  });
  container.provide('tiktokWatch', (c) => {
    const watch = watchedTikTok(c.get('tallies'), c.get('workLog'));
    return c.get('tracing')?.calls(watch) ?? watch;
  });
};

/** A handler that is counted, written down and traced. */
export const attendedWork = (container: Container, handler: WorkHandler): WorkHandler => {
  const watched = watchedWork({ tallies: container.get('tallies'), log: container.get('workLog') }, handler);
  return container.get('tracing')?.work(container.get('eventStore'), watched) ?? watched;
};

/** As `attendedWork`, for webhooks. */
export const attendedWebhooks = (container: Container, handler: WebhookHandler): WebhookHandler => {
  const watched = watchedWebhooks({ tallies: container.get('tallies'), log: container.get('workLog') }, handler);
  return container.get('tracing')?.webhooks(watched) ?? watched;
};
