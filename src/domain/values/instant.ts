import type { Brand } from './brand.ts';

/** A moment as `YYYY-MM-DDTHH:mm:ss.sssZ`: one spelling per moment, so that text order is time order. */
export type Instant = Brand<string, 'Instant'>;

/** @param millis since 1970-01-01T00:00:00Z, within ±8.64e15 */
export const instant = (millis: number): Instant => new Date(millis).toISOString() as Instant;

/** Milliseconds since 1970-01-01T00:00:00Z. */
export const millisOf = (moment: Instant): number => Date.parse(moment);

export const plusMillis = (moment: Instant, millis: number): Instant => instant(millisOf(moment) + millis);

export const later = (a: Instant, b: Instant): Instant => (a > b ? a : b);

/** Any RFC 3339 moment in our one spelling, or null when it is not a moment. */
export const parseInstant = (text: string): Instant | null => {
  const rfc3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;
  const millis = rfc3339.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(millis) ? null : instant(millis);
};
