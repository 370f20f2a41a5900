import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../../application/ports/clock.ts';
import { instant, type Instant } from '../../domain/values/instant.ts';

/** Spelling a moment costs as much as much else that is done in one, and a busy millisecond is asked for often. */
const spellNow = (): (() => Instant) => {
  let lastMillis = Number.NaN;
  let last = instant(0);
  return () => {
    const millis = Date.now();
    if (millis !== lastMillis) last = instant(millis);
    lastMillis = millis;
    return last;
  };
};

export const systemClock: Clock = {
  now: spellNow(),
  monotonicMillis: () => performance.now(),
  sleep: async (millis, enough) => {
    if (enough === undefined) return pause(millis);
    await pause(millis, undefined, { signal: enough }).catch((error: unknown) => {
      if (!enough.aborted) throw error;
    });
  },
};
