-- What TikTok delivered: durable before TikTok is answered, worked on by leases, forgotten after 30 days.
create table tiktok_connections.webhook_intake (
  -- Of client key and body: a second delivery finds the first.
  digest bytea primary key check (length(digest) = 32),
  id uuid not null default gen_random_uuid(),
  event text not null,
  connection_id uuid,
  -- Sealed; null once the person it is about was erased, or nothing of it is needed any more.
  body text,
  received_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null default clock_timestamp() + interval '30 days',
  -- When it may be worked on next; null when nothing is to be done.
  due_at timestamptz,
  attempts integer not null default 0,
  lease uuid,
  last_reason text
);
create index webhook_intake_by_time on tiktok_connections.webhook_intake (event, due_at) where due_at is not null;
create index webhook_intake_by_connection on tiktok_connections.webhook_intake (connection_id) where connection_id is not null and body is not null;
-- Rows come in the order in which they go.
create index webhook_intake_by_expiry on tiktok_connections.webhook_intake using brin (expires_at) with (autosummarize = on);

-- Bodies are sealed under a key of the whole service, so a person's are erased by deleting them: in the transaction that
-- fences the person's keys, also when fences are put back after a restore. The row goes on to recognise duplicates.
create function tiktok_connections.erase_webhooks_of_fenced() returns trigger language plpgsql as $$
begin
  update tiktok_connections.webhook_intake w set body = null
  from fenced f where f.because = 'erased' and w.connection_id = f.connection_id and w.body is not null;
  return null;
end $$;
create trigger erase_webhooks after insert on tiktok_connections.data_key_fences
referencing new table as fenced for each statement execute function tiktok_connections.erase_webhooks_of_fenced();
