-- What is no event and must not be rebuilt: see the section "What is not an event" of the design.

-- One run through TikTok's authorize page. A state is consumed by its first use; the row stays until it expires, so
-- that a state can never be opened a second time.
create table tiktok_connections.authorization_attempts (
  id uuid primary key,
  state_digest text not null unique,
  cookie_digest text not null,
  user_id text not null,
  return_to text not null,
  via_connect_link boolean not null,
  expires_at timestamptz not null,
  consumed_at timestamptz
);
create index authorization_attempts_by_expiry on tiktok_connections.authorization_attempts (expires_at);

create table tiktok_connections.connect_sessions (
  token_digest text primary key,
  user_id text not null,
  return_to text,
  scopes text[],
  add_account boolean not null,
  expires_at timestamptz not null,
  redeemed_at timestamptz
);
create index connect_sessions_by_expiry on tiktok_connections.connect_sessions (expires_at);

create table tiktok_connections.data_keys (
  connection_id uuid not null,
  life integer not null check (life > 0),
  purpose text not null,
  id text not null,
  key_encryption_key_id text not null,
  wrapped text not null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (connection_id, life, purpose)
);
create index data_keys_by_key_encryption_key on tiktok_connections.data_keys (key_encryption_key_id);

-- A slot that stands here never holds a key again.
create table tiktok_connections.data_key_fences (
  connection_id uuid not null,
  life integer not null check (life > 0),
  purpose text not null,
  because text not null check (because in ('disconnected', 'erased')),
  fenced_at timestamptz not null default clock_timestamp(),
  primary key (connection_id, life, purpose)
);

create table tiktok_connections.security_log (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  kind text not null,
  principal text not null,
  connection_id uuid,
  detail json not null
);
create index security_log_by_connection on tiktok_connections.security_log (connection_id, id) where connection_id is not null;

create function tiktok_connections.refuse_change_of_security_log() returns trigger language plpgsql as $$
begin
  raise exception 'the security log is append-only: % is refused', lower(tg_op) using errcode = 'restrict_violation';
end $$;
create trigger security_log_is_append_only before update or delete or truncate on tiktok_connections.security_log
for each statement execute function tiktok_connections.refuse_change_of_security_log();

create table tiktok_connections.api_keys (
  id text primary key check (id ~ '^[0-9a-f]{16}$'),
  name text not null,
  scopes text[] not null,
  secret_digest text not null check (length(secret_digest) = 64),
  created_at timestamptz not null default clock_timestamp(),
  revoked_at timestamptz
);

-- Every change of a key counts up, so that a replica sees by one small row whether its copy is still right.
create table tiktok_connections.api_keys_version (
  only_row boolean primary key default true check (only_row),
  version bigint not null
);
insert into tiktok_connections.api_keys_version (version) values (0);

create table tiktok_connections.idempotency_records (
  scope text not null,
  key text not null,
  body_digest text not null,
  resource text,
  leased_until timestamptz not null,
  expires_at timestamptz not null,
  primary key (scope, key)
);
create index idempotency_records_by_expiry on tiktok_connections.idempotency_records (expires_at);
