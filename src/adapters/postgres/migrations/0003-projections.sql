-- Where each projection stands. 'live' is what readers see, 'next' is a rebuild in the making beside it.
-- A fingerprint of null with a checkpoint of null is a table just made: the first driver gives it its settings.
create table tiktok_connections.projections (
  projection text not null,
  copy text not null check (copy in ('live', 'next')),
  version integer not null,
  fingerprint text,
  checkpoint text collate "C",
  -- Counts up with every change of parked_streams and skipped_events: a driver whose count differs reads them anew.
  parking bigint not null default 0,
  updated_at timestamptz not null default clock_timestamp(),
  primary key (projection, copy)
);

-- Streams that a projection cannot follow past one event. The rest moves on without them.
create table tiktok_connections.parked_streams (
  projection text not null,
  copy text not null,
  stream text not null,
  -- The event that could not be applied; it and all behind it wait.
  revision integer not null,
  event_id uuid not null,
  event_type text not null,
  -- Never holds stored data.
  reason text not null,
  parked_at timestamptz not null default clock_timestamp(),
  tried_at timestamptz not null default clock_timestamp(),
  primary key (projection, copy, stream)
);

-- Events an operator decided to do without. A rebuild tries them and passes over those that still fail.
create table tiktok_connections.skipped_events (
  projection text not null,
  stream text not null,
  revision integer not null,
  event_id uuid not null,
  reason text not null,
  skipped_at timestamptz not null default clock_timestamp(),
  primary key (projection, stream, revision)
);

-- One row per connection and user who ever owned it: the newest life of each. What was sealed stands beside what was
-- opened, so that a record is restored from rows and an unchanged profile is not opened again.
create table tiktok_connections.connections (
  connection_id uuid not null,
  user_id text not null,
  current_owner boolean not null,
  life integer not null,
  status text not null,
  client_key text not null,
  sealed_profile text not null,
  sealed_access_token text,
  sealed_refresh_token text,
  scopes text[] not null,
  access_token_expires_at timestamptz,
  refresh_token_expires_at timestamptz,
  reauthorization_reason text,
  connected_at timestamptz not null,
  first_connected_at timestamptz not null,
  connection_first_connected_at timestamptz not null,
  updated_at timestamptz not null,
  revision integer not null,
  profile_state text not null,
  open_id text,
  union_id text,
  display_name text,
  avatar_url text,
  avatar_url_100 text,
  avatar_large_url text,
  bio_description text,
  profile_deep_link text,
  username text,
  constraint connections_of_owners primary key (connection_id, user_id)
) with (fillfactor = 85);
create index connections_by_status on tiktok_connections.connections
  (status, connection_first_connected_at, connection_id) where current_owner;
create index connections_by_owner on tiktok_connections.connections (user_id, status, first_connected_at, connection_id);
create index connections_by_open_id on tiktok_connections.connections (open_id) where open_id is not null;
create index connections_with_lost_keys on tiktok_connections.connections (connection_id) where profile_state = 'key_lost';
insert into tiktok_connections.projections (projection, copy, version) values ('connections', 'live', 1);

-- What is to be done next, and when: a pure function of the history but for runnable_at, which follows from due_at and
-- work_runs and is null once the revision is done.
create table tiktok_connections.work_items (
  kind text not null,
  subject text not null,
  connection_id uuid not null,
  life integer not null,
  revision integer not null,
  due_at timestamptz not null,
  runnable_at timestamptz,
  constraint work_items_of_subjects primary key (kind, subject)
) with (fillfactor = 85);
create index work_items_by_time on tiktok_connections.work_items (kind, runnable_at) where runnable_at is not null;
insert into tiktok_connections.projections (projection, copy, version) values ('work', 'live', 1);

-- Leases and attempts. No rebuild touches this table: what was done stays done.
create table tiktok_connections.work_runs (
  kind text not null,
  subject text not null,
  -- The revision that the attempts and the next try are about.
  revision integer not null,
  attempts integer not null default 0,
  next_try_at timestamptz,
  lease uuid,
  leased_until timestamptz,
  done_revision integer not null default 0,
  last_reason text,
  primary key (kind, subject)
);
