import type { Instant } from '../../domain/values/instant.ts';

export interface Clock {
  /** Wall-clock time of this replica. */
  now(): Instant;
  /** Milliseconds from an arbitrary start, never going back; for measuring limits. */
  monotonicMillis(): number;
  /** Resolves after so many milliseconds, or as soon as `enough` is aborted: then nothing of it stays behind. */
  sleep(millis: number, enough?: AbortSignal): Promise<void>;
}
