import { z } from 'zod';
import { streamName, type StreamName } from '../../../application/ports/event-names.ts';
import type { EventAddress } from '../../../application/ports/event-store.ts';
import type { Instant } from '../../../domain/values/instant.ts';
import { nothing, rowsOf, type Connection } from '../database.ts';
import { instantColumn } from '../row-types.ts';
import type { Copy } from './projector.ts';

/** A stream that a projection cannot follow past one event. */
export type ParkedStream = Readonly<{
  projection: string;
  stream: StreamName;
  /** The event that could not be applied. */
  revision: number;
  eventType: string;
  reason: string;
  parkedAt: Instant;
  triedAt: Instant;
}>;

/** Names an event in a set of skipped ones. */
export const skippedName = (stream: StreamName, revision: number): string => `${revision}@${stream}`;

export type Parking = Readonly<{ parked: ReadonlySet<StreamName>; skipped: ReadonlySet<string> }>;

const parkedColumns = 'projection, stream, revision, event_type, reason, parked_at, tried_at';

const parkedRow = z
  .object({
    projection: z.string(),
    stream: z.string().transform(streamName),
    revision: z.number(),
    event_type: z.string(),
    reason: z.string(),
    parked_at: instantColumn,
    tried_at: instantColumn,
  })
  .transform(
    ({ event_type: eventType, parked_at: parkedAt, tried_at: triedAt, ...row }): ParkedStream => ({ ...row, eventType, parkedAt, triedAt }),
  );

const list = {
  name: 'parked_streams.list',
  text: `select ${parkedColumns} from tiktok_connections.parked_streams where copy = 'live' order by projection, parked_at, stream`,
};

const find = {
  name: 'parked_streams.find',
  text: `select ${parkedColumns} from tiktok_connections.parked_streams where projection = $1 and copy = $2 and stream = $3`,
};

const names = { name: 'parked_streams.names', text: `select stream from tiktok_connections.parked_streams where projection = $1 and copy = $2` };

const park = {
  name: 'parked_streams.park',
  text: `insert into tiktok_connections.parked_streams as kept (projection, copy, stream, revision, event_id, event_type, reason)
    values ($1, $2, $3, $4, $5, $6, $7)
    on conflict (projection, copy, stream) do update set revision = excluded.revision, event_id = excluded.event_id,
      event_type = excluded.event_type, reason = excluded.reason, tried_at = excluded.tried_at`,
};

const unpark = { name: 'parked_streams.unpark', text: `delete from tiktok_connections.parked_streams where projection = $1 and copy = $2 and stream = $3` };

const skipped = { name: 'skipped_events.names', text: `select stream, revision from tiktok_connections.skipped_events where projection = $1` };

const skip = {
  name: 'skipped_events.skip',
  text: `insert into tiktok_connections.skipped_events (projection, stream, revision, event_id, reason)
    select projection, stream, revision, event_id, reason from tiktok_connections.parked_streams
    where projection = $1 and copy = $2 and stream = $3
    on conflict do nothing`,
};

const streamRow = z.object({ stream: z.string().transform(streamName) });
const skippedRow = z.object({ stream: z.string().transform(streamName), revision: z.number() });

/** The parked streams of all projections as readers see them, oldest first. */
export const listParked = (connection: Connection): Promise<readonly ParkedStream[]> => rowsOf(connection, list, [], parkedRow);

export const findParked = async (connection: Connection, projection: string, copy: Copy, stream: StreamName): Promise<ParkedStream | null> =>
  (await rowsOf(connection, find, [projection, copy, stream], parkedRow))[0] ?? null;

export const readParking = async (connection: Connection, projection: string, copy: Copy): Promise<Parking> => {
  const parked = await rowsOf(connection, names, [projection, copy], streamRow);
  const passed = await rowsOf(connection, skipped, [projection], skippedRow);
  return {
    parked: new Set(parked.map(({ stream }) => stream)),
    skipped: new Set(passed.map(({ stream, revision }) => skippedName(stream, revision))),
  };
};

export const parkStream = async (connection: Connection, projection: string, copy: Copy, event: EventAddress, reason: string): Promise<void> => {
  const { stream, revision, id, type } = event;
  await rowsOf(connection, park, [projection, copy, stream, revision, id, type, reason], nothing);
};

export const unparkStream = async (connection: Connection, projection: string, copy: Copy, stream: StreamName): Promise<void> => {
  await rowsOf(connection, unpark, [projection, copy, stream], nothing);
};

/** Remembers that the event at which this stream is parked is to be passed over. */
export const skipParkedEvent = async (connection: Connection, projection: string, copy: Copy, stream: StreamName): Promise<void> => {
  await rowsOf(connection, skip, [projection, copy, stream], nothing);
};
