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

// The same for events of several streams, all of each stream or none. The array of the locked ones is made whole before
// the first row is: no lock is asked for in a transaction that has an id, and for each stream once. A lock that another
// append holds is not waited for, so that no two such statements can wait for each other; that stream is left out.
export const appendTogether = {
  name: 'append_together',
  text: `insert into tiktok_connections.events as e (stream, revision, id, type, schema_version, occurred_at, data, metadata, hash)
    select a.stream, a.revision, a.id, a.type, a.schema_version, a.occurred_at, a.data, a.metadata, a.hash
    from unnest($2::text[], $3::integer[], $4::text[], $5::integer[], $6::uuid[], $7::text[], $8::integer[], $9::text[], $10::text[], $11::text[], $12::text[])
      with ordinality a (stream, behind, previous, revision, id, type, schema_version, occurred_at, data, metadata, hash, place)
    left join lateral (select h.revision, h.hash from tiktok_connections.events h
      where h.stream = a.stream order by h.revision desc limit 1) head on true
    where a.stream = any (array(
        select l.stream from unnest($1::text[]) l (stream)
        where case when pg_current_xact_id_if_assigned() is null then pg_try_advisory_xact_lock(hashtextextended(l.stream, 0)) end))
      and coalesce(head.revision, 0) = a.behind and coalesce(head.hash, '') = a.previous
    order by a.place
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

/** Events to append behind the head of their stream; at least one. */
export type StreamToAppend = Readonly<{ stream: StreamName; head: StreamHead; entries: readonly EntryToAppend[] }>;

/** One event to append behind the head of its stream. */
export type OneToAppend = Readonly<{ stream: StreamName; head: StreamHead; entry: EntryToAppend }>;

const place = z.object({ xid: z.string(), position: z.string() });
const rowsOfOne = z.array(place);
const rowsOfTogether = z.array(place.extend({ id: z.string() }));

const appended = (entries: readonly EntryToAppend[], places: readonly z.output<typeof place>[]): Answer => ({
  outcome: 'appended',
  xids: places.map(({ xid }) => xid),
  positions: places.map(({ position }) => position),
  hashes: entries.map(({ hash }) => hash),
});

/** Null when the statement wrote nothing. */
export const answerOfOne = (rows: readonly unknown[], { entry }: OneToAppend): Answer | null => {
  const [row] = rowsOfOne.parse(rows);
  return row === undefined ? null : appended([entry], [row]);
};

/** In the order of `several`; null for what the statement left out. */
export const answersOfTogether = (rows: readonly unknown[], several: readonly StreamToAppend[]): readonly (Answer | null)[] => {
  const written = new Map(rowsOfTogether.parse(rows).map((row) => [row.id, row]));
  return several.map(({ entries }) => {
    const places = entries.flatMap(({ id }) => written.get(id) ?? []);
    return places.length === entries.length ? appended(entries, places) : null;
  });
};

export const valuesOfOne = ({ stream, head, entry }: OneToAppend): unknown[] => {
  const { id, type, schemaVersion, occurredAt, data, metadata, hash } = entry;
  return [stream, head.revision, head.hash ?? '', id, type, schemaVersion, occurredAt, data, metadata, hash];
};

export const valuesOfTogether = (several: readonly StreamToAppend[]): unknown[] => [
  several.map(({ stream }) => stream),
  several.flatMap(({ stream, entries }) => entries.map(() => stream)),
  several.flatMap(({ head, entries }) => entries.map(() => head.revision)),
  several.flatMap(({ head, entries }) => entries.map(() => head.hash ?? '')),
  several.flatMap(({ entries }) => entries.map(({ revision }) => revision)),
  ...valuesOfEntries(several.flatMap(({ entries }) => entries)),
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
