-- What is known about uploaded files; the files themselves lie in MEDIA_DIR under their ids.
create table tiktok_connections.media (
  id uuid primary key,
  -- Null where a service uploaded it.
  owner text,
  bytes bigint not null check (bytes > 0),
  content_type text not null,
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  -- What a video's headers say; null for what is no video that can be read.
  video json,
  -- When the file was last touched, in the file system's own count: a file that has another is read anew before it is believed.
  stamp text not null,
  stored_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null
);
create index media_by_expiry on tiktok_connections.media (expires_at);
create index media_by_owner on tiktok_connections.media (owner) where owner is not null;
