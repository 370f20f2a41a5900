import type { Brand } from './brand.ts';

/** A moment as `YYYY-MM-DDTHH:mm:ss.sssZ`: one spelling per moment, so that text order is time order. */
export type Instant = Brand<string, 'Instant'>;

/** @param millis since 1970-01-01T00:00:00Z, within ±8.64e15 */
export const instant = (millis: number): Instant => new Date(millis).toISOString() as Instant;

/** The last one that is written with four digits of a year. */
const lastSecond = 253_402_300_799;

/** @returns null for a moment behind the year 9999, which has no spelling of ours */
export const instantOfSeconds = (seconds: number): Instant | null => (seconds > lastSecond ? null : instant(seconds * 1_000));

/** Milliseconds since 1970-01-01T00:00:00Z. */
export const millisOf = (moment: Instant): number => Date.parse(moment);

export const plusMillis = (moment: Instant, millis: number): Instant => instant(millisOf(moment) + millis);

export const later = (a: Instant, b: Instant): Instant => (a > b ? a : b);

/** @param month as `YYYY-MM` */
const daysOf = (month: string): number => {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number, 0)).getUTCDate();
};

/** Any RFC 3339 moment in our one spelling, or null when it is not a moment. */
export const parseInstant = (text: string): Instant | null => {
  const rfc3339 = /^(\d{4}-\d{2})-(\d{2})[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;
  const [, month = '', day = ''] = rfc3339.exec(text) ?? [];
  const millis = month === '' ? Number.NaN : Date.parse(text);
  // A day that its month does not have would be read as one of the next.
  const isDay = Number(day) <= daysOf(month);
  return Number.isNaN(millis) || !isDay ? null : instant(millis);
};
