-- As take_publish_quotas, for several who ask together. p_askers numbers from 1, without gaps, who asks for each. Each
-- uses all that it asks for once, or none of it; in their order, so that each counts what those before it have used.
-- A row for each who was granted nothing: of what it asked for, the one that is free last, by its place among all.
create function tiktok_connections.take_publish_quotas_together(
  p_askers integer[], p_uses text[], p_names text[], p_limits integer[], p_windows double precision[]
) returns table (asker integer, place integer, free_at timestamptz) language plpgsql as $$
declare
  v_now timestamptz;
  v_asker integer;
begin
  perform pg_advisory_xact_lock(hashtextextended('publish_quota:' || locked.name, 0))
  from (select distinct unnest(p_names) as name order by 1) as locked;
  v_now := clock_timestamp();
  for v_asker in select generate_series(1, coalesce(p_askers[array_upper(p_askers, 1)], 0)) loop
    return query
      select v_asker, wanted.place::integer, wanted.used_at + wanted.window_length
      from (
        select w.place, w.window_length, (
            -- The use whose end makes room: the oldest of the newest `limit`.
            select u.used_at from tiktok_connections.publish_quota_uses u
            where u.name = w.name and u.used_at > v_now - w.window_length
            order by u.used_at desc offset greatest(w.most, 1) - 1 limit 1) as used_at
        from (select n.name, n.used_for, n.most, make_interval(secs => n.window_millis / 1000) as window_length, n.place
          from unnest(p_askers, p_uses, p_names, p_limits, p_windows) with ordinality as n (asker, used_for, name, most, window_millis, place)
          where n.asker = v_asker) as w
        where not exists (select from tiktok_connections.publish_quota_uses u where u.name = w.name and u.used_for = w.used_for)
      ) as wanted
      where wanted.used_at is not null
      order by 3 desc limit 1;
    if not found then
      insert into tiktok_connections.publish_quota_uses (name, used_for, used_at, expires_at)
      select n.name, n.used_for, v_now, v_now + make_interval(secs => n.window_millis / 1000)
      from unnest(p_askers, p_uses, p_names, p_windows) as n (asker, used_for, name, window_millis)
      where n.asker = v_asker
      on conflict (name, used_for) do nothing;
    end if;
  end loop;
end $$;

-- Adds data keys where none is and no fence stands, and says what is there then. Who adds a key and who fences its slot
-- take this lock first: the one who comes second sees what the first has done. A function, so that its statements see
-- what was committed while the lock was waited for.
create function tiktok_connections.add_data_keys(
  p_connections uuid[], p_lives integer[], p_purposes text[], p_ids text[], p_key_encryption_keys text[], p_wrapped text[]
) returns table (id text, key_encryption_key_id text, wrapped text, fenced boolean) language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('tiktok_connections.data_keys:' || locked.connection_id, 0))
  from (select distinct unnest(p_connections)::text as connection_id order by 1) as locked;
  insert into tiktok_connections.data_keys (connection_id, life, purpose, id, key_encryption_key_id, wrapped)
  select n.connection_id, n.life, n.purpose, n.id, n.key_encryption_key_id, n.wrapped
  from unnest(p_connections, p_lives, p_purposes, p_ids, p_key_encryption_keys, p_wrapped)
    as n (connection_id, life, purpose, id, key_encryption_key_id, wrapped)
  where not exists (select from tiktok_connections.data_key_fences f
    where f.connection_id = n.connection_id and f.life = n.life and f.purpose = n.purpose)
  on conflict do nothing;
  return query
    select k.id, k.key_encryption_key_id, k.wrapped, f.connection_id is not null
    from unnest(p_connections, p_lives, p_purposes) with ordinality as s (connection_id, life, purpose, place)
    left join tiktok_connections.data_keys k using (connection_id, life, purpose)
    left join tiktok_connections.data_key_fences f using (connection_id, life, purpose)
    order by s.place;
end $$;
