import type { Clock } from '../../../src/application/ports/clock.ts';
import { instant } from '../../../src/domain/values/instant.ts';

export interface VirtualClock extends Clock {
  /** Time goes on; who slept until then wakes. */
  pass(millis: number): void;
  /** The wall clock of the database, and of replicas that agree with it, is put forward or back. */
  jump(millis: number): void;
  /** Milliseconds since the beginning. */
  readonly elapsed: () => number;
  /** How many sleep at this moment. */
  readonly asleep: () => number;
}

const noon = Date.UTC(2026, 10, 1, 12);

/** Time that goes on only when told to. */
export const createVirtualClock = (): VirtualClock => {
  let elapsed = 0;
  let offset = 0;
  let sleeping: Readonly<{ until: number; wake: () => void }>[] = [];
  return {
    now: () => instant(noon + elapsed + offset),
    monotonicMillis: () => elapsed,
    sleep: (millis, enough) => new Promise((wake) => {
      const sleeper = { until: elapsed + millis, wake };
      sleeping.push(sleeper);
      enough?.addEventListener('abort', () => {
        sleeping = sleeping.filter((other) => other !== sleeper);
        wake();
      });
    }),
    asleep: () => sleeping.length,
    elapsed: () => elapsed,
    jump: (millis) => void (offset += millis),
    pass: (millis) => {
      elapsed += millis;
      const awake = sleeping.filter(({ until }) => until <= elapsed);
      sleeping = sleeping.filter(({ until }) => until > elapsed);
      for (const { wake } of awake) wake();
    },
  };
};
