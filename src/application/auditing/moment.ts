import { parseInstant, type Instant } from '../../domain/values/instant.ts';
import type { RecordedEvent } from '../ports/event-store.ts';

/** A moment of a history, inclusive: what occurred then, or the event of that revision, has happened. */
export type Moment = Readonly<{ time: Instant }> | Readonly<{ revision: number }>;

const revision = /^\d{1,9}$/;

/** A revision in digits or an RFC 3339 time with its zone; null when it is neither. */
export const parseMoment = (text: string): Moment | null => {
  if (revision.test(text)) return { revision: Number(text) };
  const time = parseInstant(text);
  return time === null ? null : { time };
};

/** Whether an event had happened by then. */
export const hasHappenedBy = (moment: Moment) => (event: RecordedEvent): boolean =>
  'time' in moment ? event.occurredAt <= moment.time : event.revision <= moment.revision;
