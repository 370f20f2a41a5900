import type { FastifyReply, FastifyRequest } from 'fastify';
import { traceparentOf } from './command-context.ts';

/** The path without its query: codes, states and link tokens stand in queries. */
export const pathOf = (url: string): string => {
  const end = url.search(/[?#;]/);
  return end === -1 ? url : url.slice(0, end);
};

const describeError = (error: unknown): { type: string; message: string; stack: string } =>
  error instanceof Error
    ? { type: error.name, message: error.message, stack: error.stack ?? '' }
    : { type: typeof error, message: 'something else than an error was thrown', stack: '' };

/** What may be written of requests, answers and errors: never headers, never a query. */
export const logSerializers = {
  req: (request: FastifyRequest) => ({ method: request.method, path: pathOf(request.url) }),
  res: (reply: { statusCode?: number }) => ({ status: reply.statusCode ?? 0 }),
  err: describeError,
};

const quiet = new Set(['/livez', '/readyz', '/metrics']);

const principalOf = ({ caller }: FastifyRequest): string => {
  if (caller === null) return 'anonymous';
  return caller.principal.kind === 'user' ? `user:${caller.principal.userId}` : `service:${caller.principal.keyId}`;
};

/** The trace this was part of, so that lines and traces are found by one another: ours, or else its caller's. */
const traceOf = ({ span, headers }: FastifyRequest): object => {
  if (span !== null) return { trace_id: span.traceId, span_id: span.spanId };
  const caller = traceparentOf(headers['traceparent']);
  return caller === null ? {} : { trace_id: caller.slice(3, 35) };
};

/** One line per request, when its answer is out. */
export const logAnswer = (request: FastifyRequest, reply: FastifyReply): void => {
  const path = pathOf(request.url);
  const line = {
    method: request.method,
    path,
    route: request.routeOptions.url ?? null,
    status: reply.statusCode,
    ...(request.problemCode === null ? {} : { code: request.problemCode }),
    millis: Math.round(reply.elapsedTime * 10) / 10,
    principal: principalOf(request),
    client: request.ip,
    ...traceOf(request),
  };
  if (quiet.has(path)) request.log.debug(line, 'answered');
  else request.log.info(line, 'answered');
};
