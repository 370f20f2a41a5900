import type { ProjectionTable } from '../projector/projector.ts';

// The shapes that the migrations made, as a rebuild makes them. A change here raises the projector's version.

/** One row per connection and user who ever owned it. */
export const connectionsTable: ProjectionTable = {
  schema: 'tiktok_connections',
  name: 'connections',
  create: ({ table, name }) => `create table ${table} (
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
    constraint ${name('connections_of_owners')} primary key (connection_id, user_id)
  ) with (fillfactor = 85)`,
  indexes: ({ table, name }) => [
    `create index ${name('connections_by_time')} on ${table} (connection_first_connected_at, connection_id) where current_owner and life > 0`,
    `create index ${name('connections_by_status')} on ${table} (status, connection_first_connected_at, connection_id) where current_owner`,
    `create index ${name('connections_by_owner')} on ${table} (user_id, status, first_connected_at, connection_id)`,
    `create index ${name('connections_by_open_id')} on ${table} (open_id) where open_id is not null`,
    `create index ${name('connections_with_lost_keys')} on ${table} (connection_id) where profile_state = 'key_lost'`,
  ],
};

/** The contract with SQL readers: exactly these columns. */
export const tableForSqlReaders: ProjectionTable = {
  schema: 'public',
  name: 'user_tiktok_connections',
  create: ({ table, name }) => `create table ${table} (
    id uuid not null,
    user_id varchar not null,
    tiktok_open_id varchar not null,
    tiktok_union_id varchar,
    display_name varchar not null,
    avatar_url text,
    access_token text not null,
    refresh_token text not null,
    token_expires_at timestamptz not null,
    scope text not null,
    created_at timestamptz default now(),
    updated_at timestamptz default now(),
    constraint ${name('user_tiktok_connections_of_connections')} primary key (id),
    constraint ${name('user_tiktok_connections_of_accounts')} unique (tiktok_open_id)
  )`,
  indexes: () => [],
};
