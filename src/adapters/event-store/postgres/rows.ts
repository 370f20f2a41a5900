import { z } from 'zod';
import { chainHash, streamName } from '../../../application/ports/event-names.ts';
import type { EventAddress } from '../../../application/ports/event-store.ts';
import { eventId } from '../../../domain/values/ids.ts';
import { instant } from '../../../domain/values/instant.ts';
import { checkpointAt } from './checkpoints.ts';

/** Columns of an event as `eventRow` reads them; `recorded` is in seconds since 1970. */
export const eventColumns = `e.xid, e.position, e.stream, e.revision, e.id, e.type, e.schema_version, e.occurred_at,
  e.data, e.metadata, e.hash, date_part('epoch', e.recorded_at) as recorded`;

export const eventRow = z.object({
  xid: z.string(),
  position: z.string(),
  stream: z.string().transform(streamName),
  revision: z.number(),
  id: z.string().transform(eventId),
  type: z.string(),
  schema_version: z.number(),
  occurred_at: z.string(),
  data: z.string(),
  metadata: z.string(),
  hash: z.string().transform(chainHash),
  recorded: z.number(),
});
export type EventRow = z.output<typeof eventRow>;

export const recordedInstant = (seconds: number) => instant(Math.floor(seconds * 1_000));

export const addressOf = (store: string, row: EventRow): EventAddress => ({
  id: row.id,
  stream: row.stream,
  revision: row.revision,
  type: row.type,
  schemaVersion: row.schema_version,
  hash: row.hash,
  checkpoint: checkpointAt(store, row),
  recordedAt: recordedInstant(row.recorded),
  stored: { data: row.data, metadata: row.metadata, occurredAt: row.occurred_at },
});
