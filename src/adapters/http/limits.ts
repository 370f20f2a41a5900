import type { HttpSettings } from './http-deps.ts';

const second = 1_000;

/** Times in milliseconds, sizes in bytes. */
export const limits = {
  /** A socket on which nothing moves. */
  connectionTimeout: 65 * second,
  /** From the first byte of a request to the last of its headers, and how often that is looked at. */
  http: { headersTimeout: 15 * second, requestTimeout: 30 * second, connectionsCheckingInterval: 5 * second },
  /** From the first byte of a request to its last. */
  requestTimeout: 30 * second,
  /** Longer than the idle limit of common load balancers, so that they end a connection and we never do it under a request. */
  keepAliveTimeout: 72 * second,
  bodyLimit: 64 * 1_024,
  routerOptions: { maxParamLength: 300 },
};

/** From routing to the answer. Longer than the slowest callback: two calls of TikTok, a write of unknown outcome, the projection. */
const slowAnswerMillis = 45 * second;

/** The limit in milliseconds for routes that ask TikTok or write. Others have none of their own: a timer for each would cost. */
export const slowAnswer = (settings: Pick<HttpSettings, 'slowAnswerMillis'>): number => settings.slowAnswerMillis ?? slowAnswerMillis;
