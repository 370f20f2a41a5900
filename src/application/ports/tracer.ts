/** What may stand in a span: names, ids, classes and counts; nothing that proves anything, nothing personal. */
export type SpanFacts = Readonly<Record<string, string | number | boolean>>;

/** Another trace that belongs to this one, by its W3C trace context. */
export type SpanLink = Readonly<{ traceparent: string; facts: SpanFacts }>;

export type SpanStart = Readonly<{
  name: string;
  kind: 'server' | 'client' | 'consumer' | 'internal';
  facts: SpanFacts;
  /** The W3C trace context that this continues; null begins a trace. Left out: what runs here. */
  parent?: string | null;
  links?: readonly SpanLink[];
}>;

export interface RunningSpan {
  /** Its W3C trace context, for what it causes. */
  readonly traceparent: string;
  readonly traceId: string;
  readonly spanId: string;
  set(facts: SpanFacts): void;
  /** It came to nothing. @param reason in our own words */
  fail(reason: string): void;
  /** Once; nothing may be added afterwards. */
  end(): void;
}

/** Records what led to what, over calls, processes and replicas. */
export interface Tracer {
  begin(start: SpanStart): RunningSpan;
  /** All that `work` calls and awaits runs inside the span. */
  within<Value>(span: RunningSpan, work: () => Value): Value;
  /** The span this runs inside of. */
  running(): RunningSpan | null;
}
