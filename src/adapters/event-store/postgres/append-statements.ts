import { z } from 'zod';
import type { StreamName } from '../../../application/ports/event-names.ts';
import type { StreamHead } from '../../../application/ports/event-store.ts';
import type { EntryToAppend } from '../event-log.ts';

// One event, the common case, without the price of a function and of arrays. The lock is taken, in a transaction that
// has no id yet, before the row is made that gets one. What this statement sees is as old as its beginning, so it
// only checks what never changes, the event before; that nothing stands behind it is checked by the unique index.
export const appendOne = {
  name: 'append_one',
  text: `insert into tiktok_connections.events as e (stream, revision, id, type, schema_version, occurred_at, data, metadata, hash)
    select $1, $2::integer + 1, $4, $5, $6, $7, $8, $9, $10
    from (select pg_advisory_xact_lock(hashtextextended($1, 0)) where pg_current_xact_id_if_assigned() is null) locked
    where case when $2 = 0 then $3 = ''
      else exists (select from tiktok_connections.events p where p.stream = $1 and p.revision = $2 and p.hash = $3) end
    on conflict do nothing
    returning e.xid, e.position, date_part('epoch', e.recorded_at) as recorded`,
};

export const appendEvents = {
  name: 'append_events',
  text: `select outcome, xids, positions, recorded, hashes
    from tiktok_connections.append_events($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
};

const placed = z.object({
  outcome: z.enum(['appended', 'repeated']),
  xids: z.array(z.string()),
  positions: z.array(z.string()),
  recorded: z.array(z.number()),
  hashes: z.array(z.string()),
});

export const answers = z.tuple([z.discriminatedUnion('outcome', [z.object({ outcome: z.literal('conflict') }), placed])]);
export type Answer = z.output<typeof answers>[0];

const rowsOfOne = z.array(z.object({ xid: z.string(), position: z.string(), recorded: z.number() }));

/** Null when the statement wrote nothing. */
export const answerOfOne = (rows: readonly unknown[], { hash }: EntryToAppend): Answer | null => {
  const [row] = rowsOfOne.parse(rows);
  if (row === undefined) return null;
  return { outcome: 'appended', xids: [row.xid], positions: [row.position], recorded: [row.recorded], hashes: [hash] };
};

export const valuesOfOne = (stream: StreamName, head: StreamHead, entry: EntryToAppend): unknown[] => {
  const { id, type, schemaVersion, occurredAt, data, metadata, hash } = entry;
  return [stream, head.revision, head.hash ?? '', id, type, schemaVersion, occurredAt, data, metadata, hash];
};

export const valuesOfSeveral = (stream: StreamName, head: StreamHead, entries: readonly EntryToAppend[]): unknown[] => [
  stream,
  head.revision,
  head.hash ?? '',
  entries.map(({ id }) => id),
  entries.map(({ type }) => type),
  entries.map(({ schemaVersion }) => schemaVersion),
  entries.map(({ occurredAt }) => occurredAt),
  entries.map(({ data }) => data),
  entries.map(({ metadata }) => metadata),
  entries.map(({ hash }) => hash),
];
