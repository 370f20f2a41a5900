import { z } from 'zod';
import type { TracingSettings } from '../../adapters/telemetry/tracing.ts';
import { secret } from '../../domain/values/secret.ts';
import type { Environment } from './environment.ts';
import { address, flag } from './values.ts';

const positive = z.string().regex(/^\d{1,9}$/).transform(Number).pipe(z.int().min(1));
const pairs = z.string().regex(/^[^=,\s]+=[^,]*(?:,\s*[^=,\s]+=[^,]*)*$/);
const millis = 'be a whole number of milliseconds, at least 1';
const samplers = ['always_on', 'always_off', 'traceidratio', 'parentbased_always_on', 'parentbased_always_off', 'parentbased_traceidratio'] as const;
const protocol = { schema: z.literal('http/protobuf'), must: 'be http/protobuf, which collectors take on port 4318' };

/** OpenTelemetry's own names. What is not here and begins with OTEL_EXPORTER_OTLP_ is handed to its exporter as it is. */
export const tracingVariables = {
  OTEL_EXPORTER_OTLP_ENDPOINT: { schema: address, must: 'be the http(s) address of a collector, e.g. http://localhost:4318' },
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: { schema: address, must: 'be the whole http(s) address that takes traces, e.g. http://localhost:4318/v1/traces' },
  OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: protocol,
  OTEL_EXPORTER_OTLP_HEADERS: { schema: pairs, must: 'be name=value, separated by commas' },
  OTEL_SDK_DISABLED: { schema: flag, must: 'be true or false' },
  OTEL_TRACES_EXPORTER: { schema: z.enum(['otlp', 'none']), must: 'be otlp or none' },
  OTEL_TRACES_SAMPLER: { schema: z.enum(samplers), must: `be one of ${samplers.join(', ')}` },
  OTEL_TRACES_SAMPLER_ARG: { schema: z.string().regex(/^(0?\.\d+|[01](\.0+)?)$/).transform(Number), must: 'be a share from 0 to 1' },
  OTEL_SERVICE_NAME: { schema: z.string().min(1), must: 'be a name' },
  OTEL_RESOURCE_ATTRIBUTES: { schema: pairs, must: 'be name=value, separated by commas' },
  OTEL_BSP_SCHEDULE_DELAY: { schema: positive, must: millis },
  OTEL_BSP_EXPORT_TIMEOUT: { schema: positive, must: millis },
  OTEL_BSP_MAX_QUEUE_SIZE: { schema: positive, must: 'be a number of spans, at least 1' },
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: { schema: positive, must: 'be a number of spans, at least 1' },
} as const;

/** Only checked here. */
const handedOn = ['OTEL_EXPORTER_OTLP_PROTOCOL', 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_SERVICE_NAME', 'OTEL_RESOURCE_ATTRIBUTES'] as const;

type Read = <Schema extends z.ZodType>(name: string, variable: Readonly<{ schema: Schema; must: string }>) => z.output<Schema> | undefined;

const ofOpenTelemetry = (environment: Environment): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(environment).flatMap(([name, value]) => (/^OTEL_(?!.*_FILE$)/.test(name) && value !== undefined ? [[name, value] as const] : [])));

/** Null where nothing is traced: without a collector, or where tracing is switched off. */
export const readTracing = (read: Read, environment: Environment): TracingSettings | null => {
  const names = tracingVariables;
  const endpoint = read('OTEL_EXPORTER_OTLP_ENDPOINT', names.OTEL_EXPORTER_OTLP_ENDPOINT);
  const tracesEndpoint = read('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', names.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT);
  const disabled = read('OTEL_SDK_DISABLED', names.OTEL_SDK_DISABLED) ?? false;
  const exporter = read('OTEL_TRACES_EXPORTER', names.OTEL_TRACES_EXPORTER) ?? 'otlp';
  for (const name of handedOn) read<z.ZodType>(name, names[name]);
  const settings = {
    sampler: read('OTEL_TRACES_SAMPLER', names.OTEL_TRACES_SAMPLER) ?? 'parentbased_always_on',
    ratio: read('OTEL_TRACES_SAMPLER_ARG', names.OTEL_TRACES_SAMPLER_ARG) ?? 1,
    batch: {
      maxQueueSize: read('OTEL_BSP_MAX_QUEUE_SIZE', names.OTEL_BSP_MAX_QUEUE_SIZE) ?? 2_048,
      maxExportBatchSize: read('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', names.OTEL_BSP_MAX_EXPORT_BATCH_SIZE) ?? 512,
      scheduledDelayMillis: read('OTEL_BSP_SCHEDULE_DELAY', names.OTEL_BSP_SCHEDULE_DELAY) ?? 5_000,
      exportTimeoutMillis: read('OTEL_BSP_EXPORT_TIMEOUT', names.OTEL_BSP_EXPORT_TIMEOUT) ?? 30_000,
    },
    variables: secret(ofOpenTelemetry(environment)),
  } as const;
  const isOn = (endpoint !== undefined || tracesEndpoint !== undefined) && !disabled && exporter === 'otlp';
  return isOn ? settings : null;
};
