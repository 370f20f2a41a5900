import { z } from 'zod';
import type { StreamName } from '../../../application/ports/event-names.ts';
import type { StreamHead } from '../../../application/ports/event-store.ts';
import type { EntryToAppend } from '../event-log.ts';

// One event, the common case, without the price of a function and of arrays. The lock is taken, in a transaction that
// has no id yet, before the row is made that gets one. What this statement sees is as old as its beginning: what another
// append has put behind the head since then is found by the unique index, and fails it.
export const appendOne = {
  name: 'append_one',
  text: `insert into tiktok_connections.events as e (stream, revision, id, type, schema_version, occurred_at, data, metadata, hash)
    select $1, $2::integer + 1, $4, $5, $6, $7, $8, $9, $10
    from (select pg_advisory_xact_lock(hashtextextended($1, 0)) where pg_current_xact_id_if_assigned() is null) locked
    left join lateral (select h.revision, h.hash from tiktok_connections.events h where h.stream = $1 order by h.revision desc limit 1) head on true
    where coalesce(head.revision, 0) = $2 and coalesce(head.hash, '') = $3
    returning e.xid, e.position`,
};

// The same for one event each of several streams. The array of the locked ones is made whole before the first row is:
// no lock is asked for in a transaction that has an id. A lock that another append holds is not waited for, so that no
// two such statements can wait for each other; the event of that stream is left out.
export const appendTogether = {
  name: 'append_together',
  text: `insert into tiktok_connections.events as e (stream, revision, id, type, schema_version, occurred_at, data, metadata, hash)
    select a.stream, a.revision + 1, a.id, a.type, a.schema_version, a.occurred_at, a.data, a.metadata, a.hash
    from unnest($1::text[], $2::integer[], $3::text[], $4::uuid[], $5::text[], $6::integer[], $7::text[], $8::text[], $9::text[], $10::text[])
      with ordinality a (stream, revision, previous, id, type, schema_version, occurred_at, data, metadata, hash, place)
    left join lateral (select h.revision, h.hash from tiktok_connections.events h
      where h.stream = a.stream order by h.revision desc limit 1) head on true
    where a.place = any (array(
        select l.place from unnest($1::text[]) with ordinality l (stream, place)
        where case when pg_current_xact_id_if_assigned() is null then pg_try_advisory_xact_lock(hashtextextended(l.stream, 0)) end))
      and coalesce(head.revision, 0) = a.revision and coalesce(head.hash, '') = a.previous
    returning e.id, e.xid, e.position`,
};

export const appendEvents = {
  name: 'append_events',
  text: `select outcome, xids, positions, hashes
    from tiktok_connections.append_events($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
};

const placed = z.object({
  outcome: z.enum(['appended', 'repeated']),
  xids: z.array(z.string()),
  positions: z.array(z.string()),
  hashes: z.array(z.string()),
});

export const answers = z.tuple([z.discriminatedUnion('outcome', [z.object({ outcome: z.literal('conflict') }), placed])]);
export type Answer = z.output<typeof answers>[0];

/** One event to append behind the head of its stream. */
export type OneToAppend = Readonly<{ stream: StreamName; head: StreamHead; entry: EntryToAppend }>;

const place = z.object({ xid: z.string(), position: z.string() });
const rowsOfOne = z.array(place);
const rowsOfTogether = z.array(place.extend({ id: z.string() }));

const appended = ({ entry }: OneToAppend, { xid, position }: z.output<typeof place>): Answer => ({
  outcome: 'appended',
  xids: [xid],
  positions: [position],
  hashes: [entry.hash],
});

/** Null when the statement wrote nothing. */
export const answerOfOne = (rows: readonly unknown[], one: OneToAppend): Answer | null => {
  const [row] = rowsOfOne.parse(rows);
  return row === undefined ? null : appended(one, row);
};

/** In the order of `several`; null for what the statement left out. */
export const answersOfTogether = (rows: readonly unknown[], several: readonly OneToAppend[]): readonly (Answer | null)[] => {
  const written = new Map(rowsOfTogether.parse(rows).map((row) => [row.id, row]));
  return several.map((one) => {
    const row = written.get(one.entry.id);
    return row === undefined ? null : appended(one, row);
  });
};

export const valuesOfOne = ({ stream, head, entry }: OneToAppend): unknown[] => {
  const { id, type, schemaVersion, occurredAt, data, metadata, hash } = entry;
  return [stream, head.revision, head.hash ?? '', id, type, schemaVersion, occurredAt, data, metadata, hash];
};

export const valuesOfTogether = (several: readonly OneToAppend[]): unknown[] => [
  several.map(({ stream }) => stream),
  several.map(({ head }) => head.revision),
  several.map(({ head }) => head.hash ?? ''),
  ...valuesOfEntries(several.map(({ entry }) => entry)),
];

const valuesOfEntries = (entries: readonly EntryToAppend[]): unknown[] => [
  entries.map(({ id }) => id),
  entries.map(({ type }) => type),
  entries.map(({ schemaVersion }) => schemaVersion),
  entries.map(({ occurredAt }) => occurredAt),
  entries.map(({ data }) => data),
  entries.map(({ metadata }) => metadata),
  entries.map(({ hash }) => hash),
];

export const valuesOfSeveral = (stream: StreamName, head: StreamHead, entries: readonly EntryToAppend[]): unknown[] => [
  stream,
  head.revision,
  head.hash ?? '',
  ...valuesOfEntries(entries),
];
