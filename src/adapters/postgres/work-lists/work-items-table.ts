import type { ProjectionTable } from '../projector/projector.ts';

export const workItemsTable: ProjectionTable = {
  schema: 'tiktok_connections',
  name: 'work_items',
  create: ({ table, name }) => `create table ${table} (
    kind text not null,
    subject text not null,
    connection_id uuid not null,
    life integer not null,
    revision integer not null,
    due_at timestamptz not null,
    runnable_at timestamptz,
    constraint ${name('work_items_of_subjects')} primary key (kind, subject)
  ) with (fillfactor = 85)`,
  indexes: ({ table, name }) => [
    `create index ${name('work_items_by_time')} on ${table} (kind, runnable_at) where runnable_at is not null`,
  ],
};
