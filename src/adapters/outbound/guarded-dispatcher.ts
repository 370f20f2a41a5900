import { Agent, type Dispatcher } from 'undici';
import { GuardedAnswer } from './guarded-answer.ts';
import { guardedConnector } from './guarded-connector.ts';
import { systemResolve, type Resolve } from './guarded-lookup.ts';
import { uncompressed } from './request-headers.ts';

/** Times in milliseconds, sizes in bytes. */
export type OutboundLimits = Readonly<{
  /** For TCP, and again for TLS. */
  connect: number;
  /** From the end of the request to the end of the answer's headers. */
  headers: number;
  /** Between two pieces of a body. */
  bodyPause: number;
  /** From the call to the end of the answer, waiting for a connection included. */
  total: number;
  /** Of an answer's body. */
  bodyBytes: number;
  /** Open at once to one origin; further calls wait. */
  connectionsPerOrigin: number;
}>;

export const defaultOutboundLimits: OutboundLimits = {
  connect: 3_000,
  headers: 10_000,
  bodyPause: 5_000,
  total: 15_000,
  bodyBytes: 1_048_576,
  connectionsPerOrigin: 32,
};

export type GuardOptions = Readonly<{
  /** Origins that may be at private addresses: those the operator configured. Anything with another origin may not. */
  exemptOrigins: readonly string[];
  limits?: Partial<OutboundLimits>;
  /** By default the operating system's. */
  resolve?: Resolve;
}>;

/**
 * What every call of ours to the outside goes through: public addresses only (`exemptOrigins` excepted), no redirects,
 * HTTP/1.1, uncompressed answers, and limits on time, size and connections. A call that it ends fails with
 * `RefusedCall`, or undici's own error for sizes and timeouts. Close it at shutdown.
 */
export const createGuardedDispatcher = ({ exemptOrigins, limits: given, resolve = systemResolve }: GuardOptions): Dispatcher => {
  const limits = { ...defaultOutboundLimits, ...given };
  const origins = new Set(exemptOrigins.map((origin) => new URL(origin).origin));
  const agent = new Agent({
    connect: guardedConnector(origins, limits.connect, resolve),
    allowH2: false,
    connections: limits.connectionsPerOrigin,
    headersTimeout: limits.headers,
    bodyTimeout: limits.bodyPause,
    maxResponseSize: limits.bodyBytes,
  });
  return agent.compose((dispatch) => (options, handler) =>
    dispatch({ ...options, headers: uncompressed(options.headers) }, new GuardedAnswer(handler, limits.total)),
  );
};
