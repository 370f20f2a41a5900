-- How often each caller has asked in its window, over all replicas. Unlogged: after a crash everybody begins anew.
create unlogged table tiktok_connections.rate_limit_uses (
  caller text primary key,
  requests bigint not null check (requests >= 0),
  -- When the window ends.
  expires_at timestamptz not null
) with (fillfactor = 50);
create index rate_limit_uses_by_expiry on tiktok_connections.rate_limit_uses (expires_at);
