import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instant, later, millisOf, parseInstant, plusMillis } from '../../../src/domain/values/instant.ts';

const millis = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31, 23, 59, 59, 999) });

describe('an instant', () => {
  it('has one spelling, in which the order of texts is the order of time', () => {
    fc.assert(
      fc.property(millis, millis, (a, b) => {
        expect(millisOf(instant(a))).toBe(a);
        expect(Math.sign(a - b)).toBe(instant(a) < instant(b) ? -1 : instant(a) > instant(b) ? 1 : 0);
        expect(later(instant(a), instant(b))).toBe(instant(Math.max(a, b)));
      }),
    );
  });

  it('moves by milliseconds', () => {
    expect(plusMillis(instant(1_000), 500)).toBe('1970-01-01T00:00:01.500Z');
  });

  it.each([
    ['2026-11-01T12:00:00Z', '2026-11-01T12:00:00.000Z'],
    ['2026-11-01t12:00:00.123456z', '2026-11-01T12:00:00.123Z'],
    ['2026-11-01T12:00:00+02:00', '2026-11-01T10:00:00.000Z'],
    ['2028-02-29T00:00:00Z', '2028-02-29T00:00:00.000Z'],
  ])('is read from %s', (text, expected) => {
    expect(parseInstant(text)).toBe(expected);
  });

  it.each(['', '2026-11-01', '2026-11-01T12:00:00', 'yesterday', '2026-13-01T12:00:00Z', '2026-02-30T00:00:00Z', '2026-11-31T00:00:00Z', '2027-02-29T00:00:00Z', '1762000000'])('is not read from "%s"', (text) => {
    expect(parseInstant(text)).toBeNull();
  });
});
