import { z } from 'zod';
import { chainHash, streamName } from '../../../application/ports/event-names.ts';
import type { EventAddress } from '../../../application/ports/event-store.ts';
import { eventId } from '../../../domain/values/ids.ts';
import { instant, type Instant } from '../../../domain/values/instant.ts';
import { checkpointAt } from './checkpoints.ts';

/** Columns of an event as `eventRows` reads them; `recorded` is in seconds since 1970. */
export const eventColumns = `e.xid, e.position, e.stream, e.revision, e.id, e.type, e.schema_version, e.occurred_at,
  e.data, e.metadata, e.hash, date_part('epoch', e.recorded_at) as recorded`;

const eventRow = z.object({
  xid: z.string(),
  position: z.string(),
  stream: z.string(),
  revision: z.number(),
  id: z.string(),
  type: z.string(),
  schema_version: z.number(),
  occurred_at: z.string(),
  data: z.string(),
  metadata: z.string(),
  hash: z.string(),
  recorded: z.number(),
});
export const eventRows = z.array(eventRow);
export type EventRow = z.output<typeof eventRow>;

export const recordedInstant = (seconds: number): Instant => instant(Math.floor(seconds * 1_000));

/** Spelling a moment costs as much as checking an event, and events come many to a millisecond. */
const spellMoments = (): ((seconds: number) => Instant) => {
  let lastMillis = Number.NaN;
  let last = instant(0);
  return (seconds) => {
    const millis = Math.floor(seconds * 1_000);
    if (millis !== lastMillis) last = instant(millis);
    lastMillis = millis;
    return last;
  };
};

export const addressesOf = (store: string, rows: readonly EventRow[]): readonly EventAddress[] => {
  const spell = spellMoments();
  return rows.map((row) => ({
    id: eventId(row.id),
    stream: streamName(row.stream),
    revision: row.revision,
    type: row.type,
    schemaVersion: row.schema_version,
    hash: chainHash(row.hash),
    checkpoint: checkpointAt(store, row),
    recordedAt: spell(row.recorded),
    stored: { data: row.data, metadata: row.metadata, occurredAt: row.occurred_at },
  }));
};
