import type { EventStore } from '../../application/ports/event-store.ts';
import type { TikTokCallWatch } from '../../application/ports/tiktok-calls.ts';
import type { Tracer } from '../../application/ports/tracer.ts';
import type { WebhookIntake } from '../../application/ports/webhook-intake.ts';
import type { WorkHandler } from '../../application/work-lists/work-handler.ts';
import type { WebhookHandler } from '../../application/webhooks/webhook-outcome.ts';
import type { Secret } from '../../domain/values/secret.ts';

export type TracesSampler = 'always_on' | 'always_off' | 'traceidratio' | 'parentbased_always_on' | 'parentbased_always_off' | 'parentbased_traceidratio';

export type TracingSettings = Readonly<{
  sampler: TracesSampler;
  /** Of traces, 0 to 1; for the samplers by ratio. */
  ratio: number;
  batch: Readonly<{ maxQueueSize: number; maxExportBatchSize: number; scheduledDelayMillis: number; exportTimeoutMillis: number }>;
  /** The standard variables as they were given: addresses, headers (which may prove who we are), certificates and resource attributes are read by OpenTelemetry itself. */
  variables: Secret<Readonly<Record<string, string>>>;
}>;

/** What traces are made of, and what it wraps so that they reach from a request through events to TikTok. */
export interface Tracing {
  readonly tracer: Tracer;
  /** Events remember the span that wrote them. */
  store<Store extends EventStore>(store: Store): Store;
  /** Webhooks remember the span that they were taken in under. */
  intake(intake: WebhookIntake): WebhookIntake;
  /** A trace of its own, linked with the one that wrote the event it follows from. */
  work(store: EventStore, handler: WorkHandler): WorkHandler;
  /** A trace of its own, linked with the one that took the webhook in. */
  webhooks(handler: WebhookHandler): WebhookHandler;
  calls(watch: TikTokCallWatch): TikTokCallWatch;
  /** Sends what is left, within seconds. */
  stop(): Promise<void>;
}
