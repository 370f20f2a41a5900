import type { RunningSpan, SpanStart, Tracer } from '../../../application/ports/tracer.ts';

/** The prefix of attributes that are ours. */
export const own = 'tiktok_connections.';

export const inSpan = async <Value>(tracer: Tracer, start: SpanStart, work: (span: RunningSpan) => Promise<Value>): Promise<Value> => {
  const span = tracer.begin(start);
  try {
    return await tracer.within(span, () => work(span));
  } catch (error) {
    span.fail(error instanceof Error ? error.name : 'something else than an error was thrown');
    throw error;
  } finally {
    span.end();
  }
};
