/** Names of the projection's tables in the copy that is written. */
export type WorkTables = Readonly<{ items: string; publications: string }>;

// When an item may run follows from the item and from what was tried before, which no rebuild forgets.
const runnableAt = `case when r.done_revision >= c.revision then null
  else greatest(c."dueAt", case when r.revision = c.revision then r.next_try_at end, r.leased_until) end`;

const columns = 'kind, subject, connection_id, life, revision, due_at, runnable_at';

const replaceOlder = `on conflict (kind, subject) do update set connection_id = excluded.connection_id, life = excluded.life,
    revision = excluded.revision, due_at = excluded.due_at, runnable_at = excluded.runnable_at
  where excluded.revision > i.revision`;

// Of large tables few rows are wanted: a limit has each from its index, where a join may read all of the table.
const withRuns = `left join lateral (
    select * from tiktok_connections.work_runs own where own.kind = c.kind and own.subject = c.subject limit 1) r on true`;

export const removeItems = ({ items }: WorkTables): string => `
  delete from ${items} i using json_to_recordset($1::json) as c (kind text, subject text, revision integer)
  where i.kind = c.kind and i.subject = c.subject and i.revision < c.revision`;

// Of two streams either may be followed first (one may be parked): a publication that has begun is not to be begun.
export const putItems = ({ items, publications }: WorkTables): string => `
  insert into ${items} as i (${columns})
  select c.kind, c.subject, c."connectionId", c.life, c.revision, c."dueAt", ${runnableAt}
  from json_to_recordset($1::json) as c (kind text, subject text, "connectionId" uuid, life integer, revision integer, "dueAt" timestamptz)
  ${withRuns}
  where c.kind <> 'accept_publication' or (select p.publication_id from ${publications} p where p.publication_id = c.subject::uuid) is null
  ${replaceOlder}`;

export const putItemsOfPublications = ({ items, publications }: WorkTables): string => `
  insert into ${items} as i (${columns})
  select c.kind, c.subject, p.connection_id, p.life, c.revision, c."dueAt", ${runnableAt}
  from json_to_recordset($1::json) as c (kind text, subject text, revision integer, "dueAt" timestamptz)
  cross join lateral (select connection_id, life from ${publications} own where own.publication_id = c.subject::uuid limit 1) p
  ${withRuns}
  ${replaceOlder}`;

export const beginPublications = ({ items, publications }: WorkTables): string => `
  with begun as (
    insert into ${publications} (publication_id, connection_id, life)
    select "publicationId", "connectionId", life
    from json_to_recordset($1::json) as c ("publicationId" uuid, "connectionId" uuid, life integer)
    on conflict (publication_id) do nothing returning publication_id
  )
  delete from ${items} i using begun where i.kind = 'accept_publication' and i.subject = begun.publication_id::text`;
