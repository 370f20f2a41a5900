import process from 'node:process';

// Loaded before the service: its wall clock is wrong by so much, as on a machine without NTP. What measures limits is not.
const skew = Number(process.env['TEST_CLOCK_SKEW_MILLIS'] ?? '0');
const RealDate = Date;
const now = (): number => RealDate.now() + skew;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, given: readonly unknown[]): object => {
    const made: unknown = given.length === 0 ? new RealDate(now()) : Reflect.construct(target, given);
    return made instanceof RealDate ? made : new RealDate(Number.NaN);
  },
  get: (target, name): unknown => (name === 'now' ? now : Reflect.get(target, name)),
});
