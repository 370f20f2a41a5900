-- The history. Text columns hold what the hash chain was made of, byte for byte: never json or jsonb. No CHECKs: each
-- costs every insert more than the whole hash chain, and the chain shows what they would.
create table tiktok_connections.events (
  xid xid8 not null default pg_current_xact_id(),
  position bigint not null generated always as identity,
  stream text collate "C" not null,
  revision integer not null,
  id uuid not null,
  type text not null,
  schema_version integer not null,
  occurred_at text not null,
  data text not null,
  metadata text not null,
  hash text not null,
  recorded_at timestamptz not null default clock_timestamp(),
  -- The total order of the feed. The stream's name is in it so that a filtered feed skips rows without reading them.
  constraint events_in_feed_order primary key (xid, position) include (stream),
  constraint events_in_stream_order unique (stream, revision),
  constraint events_have_one_id unique (id)
);

-- Which cluster the xids above belong to. They mean nothing in another one (a restored dump): the start is refused there.
create table tiktok_connections.event_cluster (
  only_row boolean primary key default true check (only_row),
  system_identifier text not null,
  database text not null,
  -- How often the events were renumbered for another cluster: checkpoints from before mean nothing after.
  adoptions integer not null default 0,
  recorded_at timestamptz not null default clock_timestamp()
);
insert into tiktok_connections.event_cluster (system_identifier, database)
select system_identifier::text, current_database() from pg_control_system();

-- Events are never changed. Only a superuser or the table's owner can lift this, by disabling the trigger; the one
-- occasion is renumbering the order after a restore into another cluster.
create function tiktok_connections.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'events are append-only: % is refused', lower(tg_op) using errcode = 'restrict_violation';
end $$;
create trigger events_are_append_only before update or delete or truncate on tiktok_connections.events
for each statement execute function tiktok_connections.refuse_change();

-- Appends behind (p_revision, p_hash), all or none. p_hash is '' behind an empty stream. Answers one row:
--   outcome 'appended' | 'repeated' (the same ids already stand there) | 'conflict',
--   and for the first two the events' xids, positions, recorded times (seconds since 1970) and hashes, in stream order.
-- The stream's lock must be held before this transaction gets an xid: otherwise a later revision of the stream
-- could have a smaller xid than an earlier one. So a transaction that has written anything is refused.
create function tiktok_connections.append_events(
  p_stream text, p_revision integer, p_hash text,
  p_ids uuid[], p_types text[], p_versions integer[], p_occurred text[], p_data text[], p_metadata text[], p_hashes text[],
  out outcome text, out xids text[], out positions bigint[], out recorded double precision[], out hashes text[]
) language plpgsql as $$
declare
  v_revision integer;
  v_hash text;
  v_count constant integer := cardinality(p_ids);
  v_xid text;
  v_position bigint;
  v_recorded timestamptz;
begin
  if pg_current_xact_id_if_assigned() is not null then
    raise exception 'append_events must be the first to write in its transaction' using errcode = 'invalid_transaction_state';
  end if;
  perform pg_advisory_xact_lock(hashtextextended(p_stream, 0));

  select e.revision, e.hash into v_revision, v_hash
  from tiktok_connections.events e where e.stream = p_stream order by e.revision desc limit 1;
  v_revision := coalesce(v_revision, 0);

  if v_revision > p_revision then
    select 'repeated', array_agg(e.xid::text order by e.revision), array_agg(e.position order by e.revision),
      array_agg(date_part('epoch', e.recorded_at) order by e.revision), array_agg(e.hash order by e.revision)
    into outcome, xids, positions, recorded, hashes
    from tiktok_connections.events e
    where e.stream = p_stream and e.revision > p_revision and e.revision <= p_revision + v_count
    having array_agg(e.id order by e.revision) = p_ids
      and p_hash = coalesce((select b.hash from tiktok_connections.events b where b.stream = p_stream and b.revision = p_revision), '');
    if outcome is null then outcome := 'conflict'; end if;
    return;
  end if;

  if v_revision <> p_revision or coalesce(v_hash, '') <> p_hash then
    outcome := 'conflict';
    return;
  end if;

  outcome := 'appended';
  for i in 1..v_count loop
    insert into tiktok_connections.events as e (stream, revision, id, type, schema_version, occurred_at, data, metadata, hash)
    values (p_stream, p_revision + i, p_ids[i], p_types[i], p_versions[i], p_occurred[i], p_data[i], p_metadata[i], p_hashes[i])
    returning e.xid::text, e.position, e.recorded_at into v_xid, v_position, v_recorded;
    xids[i] := v_xid;
    positions[i] := v_position;
    recorded[i] := date_part('epoch', v_recorded);
  end loop;
  hashes := p_hashes;
end $$;
