import type { Clock } from '../../../src/application/ports/clock.ts';
import { instant } from '../../../src/domain/values/instant.ts';

export interface VirtualClock extends Clock {
  /** Time goes on; who slept until then wakes. */
  pass(millis: number): void;
  /** The wall clock of the database, and of replicas that agree with it, is put forward or back. */
  jump(millis: number): void;
  /** Milliseconds since the beginning. */
  readonly elapsed: () => number;
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
    sleep: (millis) => new Promise((wake) => {
      sleeping.push({ until: elapsed + millis, wake });
    }),
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
