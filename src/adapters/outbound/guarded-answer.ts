import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { RefusedCall } from './refused-call.ts';

type Handler = Dispatcher.DispatchHandler;
type Controller = Dispatcher.DispatchController;

const isRedirect = (status: number): boolean => status >= 300 && status < 400 && status !== 304;

const isEncoded = (headers: IncomingHttpHeaders): boolean => !['', 'identity'].includes(headers['content-encoding'] ?? '');

/** Of a call that ended before it began. */
const endedController = (reason: Error): Controller => ({
  aborted: true,
  paused: false,
  reason,
  abort: () => undefined,
  pause: () => undefined,
  resume: () => undefined,
});

/**
 * Passes an answer on, and ends the call when it redirects, when it is compressed (sizes are counted as they arrive),
 * or when all of it takes too long, waiting for a connection included.
 */
export class GuardedAnswer implements Handler {
  readonly #inner: Handler;
  readonly #timer: NodeJS.Timeout;
  #controller: Controller | null = null;
  /** Set when time ran out before the call had begun: its caller knows already. */
  #gaveUp: RefusedCall | null = null;

  constructor(inner: Handler, totalMillis: number) {
    this.#inner = inner;
    this.#timer = setTimeout(() => this.#endLate(totalMillis), totalMillis);
  }

  #endLate(totalMillis: number): void {
    const reason = new RefusedCall('OUTBOUND_TOO_SLOW', `no complete answer within ${totalMillis} ms`);
    if (this.#controller !== null) return this.#controller.abort(reason);
    this.#gaveUp = reason;
    this.#inner.onResponseError?.(endedController(reason), reason);
  }

  onRequestStart(controller: Controller, context: unknown): void {
    if (this.#gaveUp !== null) return controller.abort(this.#gaveUp);
    this.#controller = controller;
    this.#inner.onRequestStart?.(controller, context);
  }

  onResponseStart(controller: Controller, status: number, headers: IncomingHttpHeaders, statusMessage?: string): void {
    if (isRedirect(status)) controller.abort(new RefusedCall('OUTBOUND_REDIRECT', `redirected with status ${status}`));
    else if (isEncoded(headers)) controller.abort(new RefusedCall('OUTBOUND_ENCODED', 'compressed, though no compression was asked for'));
    else this.#inner.onResponseStart?.(controller, status, headers, statusMessage);
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    this.#inner.onResponseData?.(controller, chunk);
  }

  onResponseEnd(controller: Controller, trailers: IncomingHttpHeaders): void {
    clearTimeout(this.#timer);
    this.#inner.onResponseEnd?.(controller, trailers);
  }

  onResponseError(controller: Controller, error: Error): void {
    clearTimeout(this.#timer);
    if (this.#gaveUp === null) this.#inner.onResponseError?.(controller, error);
  }
}
