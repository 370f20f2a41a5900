-- Folds of long histories, so that loading them begins near their end. A cache: rows may go at any time, and an
-- unlogged table that a crash empties is as right as before. What events hold sealed is sealed here, too.
create unlogged table tiktok_connections.snapshots (
  stream text collate "C" not null,
  -- The version of the fold and the shape of its state: readers look only for their own.
  shape text not null,
  -- The last event in it. A snapshot of another history does not have its hash.
  revision integer not null,
  hash text not null,
  state text not null,
  kept_at timestamptz not null default clock_timestamp(),
  constraint snapshots_of_streams primary key (stream, shape)
);
