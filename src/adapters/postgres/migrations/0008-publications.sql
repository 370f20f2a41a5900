-- One row per publication; its words stay sealed.
create table tiktok_connections.publications (
  publication_id uuid not null,
  connection_id uuid not null,
  life integer not null,
  user_id text not null,
  kind text not null,
  transfer text not null,
  sealed_content text not null,
  status text not null,
  status_reason text,
  retryable boolean not null,
  publish_id text,
  unanswered boolean not null,
  post_ids text[] not null,
  bytes_sent bigint not null,
  bytes_total bigint,
  not_before timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  revision integer not null,
  constraint publications_of_ids primary key (publication_id)
) with (fillfactor = 85);
create index publications_by_status on tiktok_connections.publications (status, created_at, publication_id);
create index publications_by_owner on tiktok_connections.publications (user_id, status, created_at, publication_id);
create index publications_by_connection on tiktok_connections.publications (connection_id, status, created_at, publication_id);
create index publications_by_publish_id on tiktok_connections.publications (publish_id) where publish_id is not null;
create index publications_unanswered on tiktok_connections.publications (connection_id) where unanswered;
insert into tiktok_connections.projections (projection, copy, version) values ('publications', 'live', 1);

-- Whose each publication is. Part of the work list, which follows publications from its version 2 on: what was made
-- before is rebuilt.
create table tiktok_connections.work_publications (
  publication_id uuid not null,
  connection_id uuid not null,
  life integer not null,
  constraint work_publications_of_ids primary key (publication_id)
);
update tiktok_connections.projections set version = 2
where projection = 'work' and copy = 'live' and fingerprint is null and checkpoint is null;

-- The ledger of quotas: each use counts for as long as its window lasts.
create table tiktok_connections.publish_quota_uses (
  name text not null,
  used_for text not null,
  used_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (name, used_for)
);
create index publish_quota_uses_by_time on tiktok_connections.publish_quota_uses (name, used_at);
create index publish_quota_uses_by_expiry on tiktok_connections.publish_quota_uses (expires_at);

-- Uses each quota once, or none. No row: granted; otherwise the quota that is free last, and when.
-- A function, so that the counts are of a moment behind the locks: a statement's own snapshot would be older than they are.
create function tiktok_connections.take_publish_quotas(p_use text, p_names text[], p_limits integer[], p_windows double precision[])
returns table (quota integer, free_at timestamptz) language plpgsql as $$
declare
  v_now timestamptz;
begin
  perform pg_advisory_xact_lock(hashtextextended('publish_quota:' || locked.name, 0))
  from (select distinct unnest(p_names) as name order by 1) as locked;
  v_now := clock_timestamp();
  return query
    select wanted.index::integer, wanted.used_at + wanted.window_length
    from (
      select w.index, w.window_length, (
          -- The use whose end makes room: the oldest of the newest `limit`.
          select u.used_at from tiktok_connections.publish_quota_uses u
          where u.name = w.name and u.used_at > v_now - w.window_length
          order by u.used_at desc offset greatest(w.most, 1) - 1 limit 1) as used_at
      from (select n.name, n.most, make_interval(secs => n.window_millis / 1000) as window_length, n.index
        from unnest(p_names, p_limits, p_windows) with ordinality as n (name, most, window_millis, index)) as w
      where not exists (select from tiktok_connections.publish_quota_uses u where u.name = w.name and u.used_for = p_use)
    ) as wanted
    where wanted.used_at is not null
    order by 2 desc limit 1;
  if found then
    return;
  end if;
  insert into tiktok_connections.publish_quota_uses (name, used_for, used_at, expires_at)
  select n.name, p_use, v_now, v_now + make_interval(secs => n.window_millis / 1000)
  from unnest(p_names, p_windows) as n (name, window_millis)
  on conflict (name, used_for) do nothing;
end $$;
