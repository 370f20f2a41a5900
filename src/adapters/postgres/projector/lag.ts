import { millisOf } from '../../../domain/values/instant.ts';
import type { FeedBatch } from '../../../application/ports/event-store.ts';

/** How far a driver is behind the history, as far as it can know. */
export interface Lag {
  begin(): void;
  note(batch: FeedBatch): void;
  end(): void;
  /** Another replica drives: what this one knew means nothing any more. */
  forget(): void;
  /** Null while not driving. */
  millis(): number | null;
}

/** @param now milliseconds since 1970 */
export const createLag = (now: () => number = Date.now): Lag => {
  let driving = false;
  /** Everything recorded up to here is in the rows; null while nothing is known. */
  let writtenUpTo: number | null = null;
  let caughtUp = false;
  return {
    begin: () => {
      driving = true;
      caughtUp = false;
      writtenUpTo ??= now();
    },
    note: ({ events, caughtUp: all }) => {
      caughtUp = all;
      const last = events.at(-1);
      writtenUpTo = all || last === undefined ? now() : millisOf(last.recordedAt);
    },
    end: () => {
      if (driving && caughtUp) writtenUpTo = now();
      driving = false;
    },
    forget: () => {
      writtenUpTo = null;
    },
    millis: () => {
      if (!driving) return null;
      return caughtUp ? 0 : Math.max(0, now() - (writtenUpTo ?? now()));
    },
  };
};
