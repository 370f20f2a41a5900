import type { DomainEvent } from '../../../application/ports/event-store.ts';
import { connectionEventFormats } from './connection-event-formats.ts';
import type { EventFormat } from './event-format.ts';
import { publicationEventFormats } from './publication-event-formats.ts';

const everyType: Readonly<Record<DomainEvent['type'], EventFormat>> = { ...connectionEventFormats, ...publicationEventFormats };

/** Every event type this version reads and writes. */
export const eventFormats: ReadonlyMap<string, EventFormat> = new Map(Object.entries(everyType));
