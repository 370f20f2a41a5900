import { ExportResultCode, setGlobalErrorHandler, type ExportResult } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { defaultResource, detectResources, resourceAttributesEnvDetector, resourceFromAttributes, serviceNameEnvDetector } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type Sampler,
  type SpanExporter,
} from '@opentelemetry/sdk-trace';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import type { Tallies } from '../tallies.ts';
import type { Tracing, TracingSettings } from '../tracing.ts';
import type { WorkLog } from '../watched-work.ts';
import { createOtelTracer } from './otel-tracer.ts';
import { tracedCalls, tracedIntake, tracedStore } from './traced-calls.ts';
import { tracedWebhooks, tracedWork } from './traced-work.ts';

export type TracingParts = Readonly<{ settings: TracingSettings; tallies: Pick<Tallies, 'spans'>; log: WorkLog }>;

/** What is left at the stop is sent within this, or is lost. */
const farewellMillis = 3_000;

const samplerOf = ({ sampler, ratio }: TracingSettings): Sampler => {
  switch (sampler) {
    case 'always_on':
      return new AlwaysOnSampler();
    case 'always_off':
      return new AlwaysOffSampler();
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(ratio);
    case 'parentbased_always_on':
      return new ParentBasedSampler({ root: new AlwaysOnSampler() });
    case 'parentbased_always_off':
      return new ParentBasedSampler({ root: new AlwaysOffSampler() });
    case 'parentbased_traceidratio':
      return new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) });
  }
};

/** Its message may quote the address or a header; the kind of failure does not. */
const wordsOf = (error: Error | undefined): string => {
  if (error === undefined) return 'unknown';
  return 'code' in error && (typeof error.code === 'string' || typeof error.code === 'number') ? String(error.code) : error.name;
};

/** Counts what was sent and what was lost; says once that traces are lost, and once that they go again. */
const watchedExporter = (exporter: SpanExporter, { tallies, log }: TracingParts): SpanExporter => {
  let isLosing = false;
  const note = (count: number, { code, error }: ExportResult): void => {
    const isLost = code !== ExportResultCode.SUCCESS;
    tallies.spans(count, isLost ? 'lost' : 'exported');
    if (isLost && !isLosing) log.warn({ reason: wordsOf(error) }, 'traces are lost');
    if (!isLost && isLosing) log.info({}, 'traces are taken again');
    isLosing = isLost;
  };
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        note(spans.length, result);
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
  };
};

/** OpenTelemetry's own readers look there alone; what came from a file or from `.env` is put there too. */
const adoptVariables = (variables: TracingSettings['variables']): void => {
  for (const [name, value] of Object.entries(variables.reveal())) process.env[name] = value;
};

/** Begins to trace. Exporting happens behind the work and never holds it up: what cannot be sent is dropped. */
export const openTracing = (parts: TracingParts): Tracing => {
  const { settings } = parts;
  adoptVariables(settings.variables);
  // What failed is told by the watched exporter; OpenTelemetry would print it.
  setGlobalErrorHandler(() => undefined);
  const said = detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] });
  const resource = defaultResource().merge(resourceFromAttributes({ 'service.name': 'tiktok-connections' })).merge(said);
  const processor = new BatchSpanProcessor({ exporter: watchedExporter(new OTLPTraceExporter(), parts), ...settings.batch });
  const provider = new TracerProvider({ resource, sampler: samplerOf(settings), spanProcessors: [processor] });
  const tracer = createOtelTracer(provider.getTracer('tiktok-connections'));
  return {
    tracer,
    store: (store) => tracedStore(tracer, store),
    intake: (intake) => tracedIntake(tracer, intake),
    work: (store, handler) => tracedWork(tracer, store, handler),
    webhooks: (handler) => tracedWebhooks(tracer, handler),
    calls: (watch) => tracedCalls(tracer, watch),
    stop: async () => {
      const waiting = new AbortController();
      const enough = pause(farewellMillis, undefined, { signal: waiting.signal }).catch(() => undefined);
      await Promise.race([provider.shutdown().catch(() => undefined), enough]);
      waiting.abort();
    },
  };
};
