import type { ProjectionTable } from '../projector/projector.ts';

// The shape that the migrations made, as a rebuild makes it. A change here raises the projector's version.

/** One row per publication. */
export const publicationsTable: ProjectionTable = {
  schema: 'tiktok_connections',
  name: 'publications',
  create: ({ table, name }) => `create table ${table} (
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
    constraint ${name('publications_of_ids')} primary key (publication_id)
  ) with (fillfactor = 85)`,
  indexes: ({ table, name }) => [
    `create index ${name('publications_by_status')} on ${table} (status, created_at, publication_id)`,
    `create index ${name('publications_by_owner')} on ${table} (user_id, status, created_at, publication_id)`,
    `create index ${name('publications_by_connection')} on ${table} (connection_id, status, created_at, publication_id)`,
    `create index ${name('publications_by_publish_id')} on ${table} (publish_id) where publish_id is not null`,
    `create index ${name('publications_unanswered')} on ${table} (connection_id) where unanswered`,
  ],
};
