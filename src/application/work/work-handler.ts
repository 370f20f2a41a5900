import type { WorkItem } from './work-of-connection.ts';

export type WorkOutcome =
  /** The item's revision is done: by an event that replaces it, or for good where a step yields no event. */
  | Readonly<{ kind: 'Done' }>
  /** Done for now without an event, and due again after so many milliseconds: kept with the lease, counted as no failure. */
  | Readonly<{ kind: 'Later'; afterMillis: number }>
  /**
   * To be leased again after so many milliseconds (the runtime adds its own backoff by attempts). With 0 from a worker
   * that stops, it is given back untried.
   */
  | Readonly<{ kind: 'Retry'; afterMillis: number; reason: string }>;

export type LeasedWork = WorkItem & Readonly<{ attempts: number }>;

/**
 * Decides from the stream, never from the item; a doubled lease must be harmless.
 * @param signal ends what is in flight: the lease is lost, or a worker that stops has waited long enough
 * @param stopping the worker stops: what is in flight may end, and nothing else is begun. Without one, `signal` says it
 */
export type WorkHandler = (item: LeasedWork, signal: AbortSignal, stopping?: AbortSignal) => Promise<WorkOutcome>;
