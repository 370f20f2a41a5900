import type { ProjectionTable } from '../projector/projector.ts';

/** Whose each publication is: its first event alone says so, and each item of it names them. */
export const workPublicationsTable: ProjectionTable = {
  schema: 'tiktok_connections',
  name: 'work_publications',
  create: ({ table, name }) => `create table ${table} (
    publication_id uuid not null,
    connection_id uuid not null,
    life integer not null,
    constraint ${name('work_publications_of_ids')} primary key (publication_id)
  )`,
  indexes: () => [],
};
