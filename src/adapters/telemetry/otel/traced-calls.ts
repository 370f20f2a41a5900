import type { StreamName } from '../../../application/ports/event-names.ts';
import type { EventStore, EventToAppend } from '../../../application/ports/event-store.ts';
import type { TikTokCallWatch } from '../../../application/ports/tiktok-calls.ts';
import type { SpanFacts, Tracer } from '../../../application/ports/tracer.ts';
import type { WebhookIntake } from '../../../application/ports/webhook-intake.ts';
import { own } from './in-span.ts';

const appendFacts = (stream: StreamName, revision: number, events: readonly EventToAppend[]): SpanFacts => {
  const metadata = events[0]?.metadata;
  return {
    [`${own}stream`]: stream,
    [`${own}revision`]: revision,
    [`${own}events`]: events.map(({ event }) => event.type).join(','),
    [`${own}event_id`]: events[0]?.id ?? '',
    ...(metadata === undefined ? {} : { [`${own}command_id`]: metadata.commandId, [`${own}correlation_id`]: metadata.correlationId }),
    ...(metadata?.causationId === undefined || metadata.causationId === null ? {} : { [`${own}causation_id`]: metadata.causationId }),
  };
};

/**
 * Appends as spans; each event remembers the span that it was decided in. A repeat of an append runs in the same span, so
 * it is the same bytes.
 */
export const tracedStore = <Store extends EventStore>(tracer: Tracer, store: Store): Store => ({
  ...store,
  append: (stream, head, events) => {
    const cause = tracer.running();
    const remembering = cause === null ? events : events.map((event) => ({ ...event, metadata: { ...event.metadata, traceparent: cause.traceparent } }));
    const span = tracer.begin({ name: 'append', kind: 'client', facts: appendFacts(stream, head.revision + 1, events) });
    return store
      .append(stream, head, remembering)
      .andTee(() => span.end())
      .orTee(({ kind }) => {
        span.fail(kind);
        span.end();
      });
  },
});

/** Each webhook remembers the span that it was taken in under. */
export const tracedIntake = (tracer: Tracer, intake: WebhookIntake): WebhookIntake => ({
  store: (webhook) => intake.store({ ...webhook, traceparent: tracer.running()?.traceparent ?? webhook.traceparent }),
});

/** Calls of TikTok as spans that bear TikTok's log id. TikTok is told nothing of our traces. */
export const tracedCalls =
  (tracer: Tracer, watch: TikTokCallWatch): TikTokCallWatch =>
  (endpoint) => {
    const ended = watch(endpoint);
    const span = tracer.begin({ name: `TikTok ${endpoint}`, kind: 'client', facts: { 'tiktok.endpoint': endpoint } });
    return (end) => {
      const { outcome, status, logId, code, reason } = end;
      span.set({
        'tiktok.outcome': outcome,
        ...(status === null ? {} : { 'http.response.status_code': status }),
        ...(logId === null ? {} : { 'tiktok.log_id': logId }),
        ...(code === null ? {} : { 'tiktok.code': code }),
      });
      if (outcome !== 'ok') span.fail(reason ?? code ?? outcome);
      span.end();
      ended(end);
    };
  };
