import { z } from 'zod';
import { chainHash, streamName } from '../../../application/ports/event-names.ts';
import type { EventAddress } from '../../../application/ports/event-store.ts';
import { eventId } from '../../../domain/values/ids.ts';
import { instant, type Instant } from '../../../domain/values/instant.ts';
import { checkpointAt } from './checkpoints.ts';

/** Columns of an event as `eventRows` reads them; `recorded` is in seconds since 1970. */
export const eventColumns = `e.xid, e.position, e.stream, e.revision, e.id, e.type, e.schema_version, e.occurred_at,
  e.data, e.metadata, e.hash, date_part('epoch', e.recorded_at) as recorded`;

export type EventRow = Readonly<{
  xid: string;
  position: string;
  stream: string;
  revision: number;
  id: string;
  type: string;
  schema_version: number;
  occurred_at: string;
  data: string;
  metadata: string;
  hash: string;
  recorded: number;
}>;

const isEventRow = (row: Partial<Record<keyof EventRow, unknown>> | null): boolean =>
  typeof row?.xid === 'string' &&
  typeof row.position === 'string' &&
  typeof row.stream === 'string' &&
  typeof row.revision === 'number' &&
  typeof row.id === 'string' &&
  typeof row.type === 'string' &&
  typeof row.schema_version === 'number' &&
  typeof row.occurred_at === 'string' &&
  typeof row.data === 'string' &&
  typeof row.metadata === 'string' &&
  typeof row.hash === 'string' &&
  typeof row.recorded === 'number';

/** Looked at where they are: a copy of every row would cost a feed more than reading what is in it. */
export const eventRows = z.custom<readonly EventRow[]>((rows) => Array.isArray(rows) && rows.every(isEventRow));

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
