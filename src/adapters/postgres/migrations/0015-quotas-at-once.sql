-- As before, and where no two ask for one name none has to be counted behind another: all of them are judged, and what is
-- granted is written, by one statement.
create or replace function tiktok_connections.take_publish_quotas_together(
  p_askers integer[], p_uses text[], p_names text[], p_limits integer[], p_windows double precision[]
) returns table (asker integer, place integer, free_at timestamptz) language plpgsql as $$
declare
  v_now timestamptz;
  v_first integer := 1;
  v_last integer;
  v_step integer := 1;
begin
  perform pg_advisory_xact_lock(hashtextextended('publish_quota:' || locked.name, 0))
  from (select distinct unnest(p_names) as name order by 1) as locked;
  v_now := clock_timestamp();
  v_last := coalesce(p_askers[array_upper(p_askers, 1)], 0);
  if not exists (select from unnest(p_askers, p_names) as n (asker, name) group by n.name having min(n.asker) <> max(n.asker)) then
    v_step := greatest(v_last, 1);
  end if;
  while v_first <= v_last loop
    return query
      with wanted as materialized (
        select n.asker, n.used_for, n.name, n.most, n.window_millis, n.place::integer as place
        from unnest(p_askers, p_uses, p_names, p_limits, p_windows) with ordinality as n (asker, used_for, name, most, window_millis, place)
        where n.asker >= v_first and n.asker < v_first + v_step
      ), exhausted as materialized (
        select w.asker, w.place, oldest.used_at + make_interval(secs => w.window_millis / 1000) as free_at
        from wanted as w
        -- The use whose end makes room: the oldest of the newest `limit`.
        cross join lateral (select u.used_at from tiktok_connections.publish_quota_uses u
          where u.name = w.name and u.used_at > v_now - make_interval(secs => w.window_millis / 1000)
          order by u.used_at desc offset greatest(w.most, 1) - 1 limit 1) as oldest
        where not exists (select from tiktok_connections.publish_quota_uses u where u.name = w.name and u.used_for = w.used_for)
      ), taken as (
        insert into tiktok_connections.publish_quota_uses (name, used_for, used_at, expires_at)
        select w.name, w.used_for, v_now, v_now + make_interval(secs => w.window_millis / 1000) from wanted as w
        where not exists (select from exhausted as e where e.asker = w.asker)
        on conflict (name, used_for) do nothing
      )
      select distinct on (e.asker) e.asker, e.place, e.free_at from exhausted as e order by e.asker, e.free_at desc;
    v_first := v_first + v_step;
  end loop;
end $$;
