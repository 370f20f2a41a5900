import process from 'node:process';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/adapters/system/system-clock.ts';
import { millisOf } from '../../../src/domain/values/instant.ts';

describe('the clock of the system', () => {
  it('tells wall-clock time', () => {
    const before = Date.now();
    const told = millisOf(systemClock.now());
    expect(told).toBeGreaterThanOrEqual(before);
    expect(told).toBeLessThanOrEqual(Date.now());
  });

  it('sleeps for at least the time asked, by a clock that never goes back', async () => {
    const begun = systemClock.monotonicMillis();
    await systemClock.sleep(20);
    expect(systemClock.monotonicMillis() - begun).toBeGreaterThanOrEqual(19);
  });

  it('sleeps no longer than it is asked to, and leaves no timer behind', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const enough = new AbortController();
    const slept = systemClock.sleep(3_600_000, enough.signal);
    expect(timers()).toBe(before + 1);
    enough.abort();
    await slept;
    expect(timers()).toBe(before);
    await systemClock.sleep(3_600_000, enough.signal);
  });
});
