import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../../application/ports/clock.ts';
import { instant } from '../../domain/values/instant.ts';

export const systemClock: Clock = {
  now: () => instant(Date.now()),
  monotonicMillis: () => performance.now(),
  sleep: (millis) => pause(millis),
};
