import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../../application/ports/clock.ts';
import { instant } from '../../domain/values/instant.ts';

export const systemClock: Clock = {
  now: () => instant(Date.now()),
  monotonicMillis: () => performance.now(),
  sleep: async (millis, enough) => {
    if (enough === undefined) return pause(millis);
    await pause(millis, undefined, { signal: enough }).catch((error: unknown) => {
      if (!enough.aborted) throw error;
    });
  },
};
