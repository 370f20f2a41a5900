import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Context, type Link, type Span, type Tracer as OtelTracer } from '@opentelemetry/api';
import { AsyncLocalStorage } from 'node:async_hooks';
import type { RunningSpan, SpanStart, Tracer } from '../../../application/ports/tracer.ts';
import { spanContextOf, traceparentOf } from './traceparent.ts';

const kinds: Readonly<Record<SpanStart['kind'], SpanKind>> = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
};

const runningSpan = (span: Span): RunningSpan => {
  const context = span.spanContext();
  return {
    traceparent: traceparentOf(context),
    traceId: context.traceId,
    spanId: context.spanId,
    set: (facts) => void span.setAttributes(facts),
    fail: (reason) => void span.setStatus({ code: SpanStatusCode.ERROR, message: reason }),
    end: () => span.end(),
  };
};

const contextOf = (traceparent: string | null | undefined): Context => {
  const context = traceparent === null || traceparent === undefined ? null : spanContextOf(traceparent);
  return context === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, context);
};

const linksOf = ({ links = [] }: SpanStart): Link[] =>
  links.flatMap(({ traceparent, facts }) => {
    const context = spanContextOf(traceparent);
    return context === null ? [] : [{ context, attributes: facts }];
  });

/** OpenTelemetry behind our port. Contexts are handed on by hand: nothing global is changed, no module is patched. */
export const createOtelTracer = (otel: OtelTracer): Tracer => {
  const here = new AsyncLocalStorage<RunningSpan>();
  return {
    begin: (start) => {
      const parent = start.parent === undefined ? here.getStore()?.traceparent : start.parent;
      return runningSpan(otel.startSpan(start.name, { kind: kinds[start.kind], attributes: start.facts, links: linksOf(start) }, contextOf(parent)));
    },
    within: (span, work) => here.run(span, work),
    running: () => here.getStore() ?? null,
  };
};
