import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createConnectionsProjector } from '../../../../src/adapters/postgres/connections/connections-projector.ts';
import { createPublicationsProjector } from '../../../../src/adapters/postgres/publications/publications-projector.ts';
import { createWorkProjector } from '../../../../src/adapters/postgres/work-lists/work-projector.ts';
import { createInMemoryEventStore } from '../../../support/in-memory-event-store.ts';
import { createMigratedDatabase, type MigratedDatabase } from '../../../support/projection-database.ts';
import { ourClientKey } from '../../../support/projection-history.ts';
import { rebuilt } from '../../../support/projection-replay.ts';
import { createProjectionSealer } from '../../../support/projection-sealer.ts';

let database: MigratedDatabase;
beforeAll(async () => {
  database = await createMigratedDatabase();
});
afterAll(() => database.drop());

const shapeOf = async (pool: pg.Pool) => {
  const ask = async (text: string) => (await pool.query<Record<string, unknown>>(text)).rows;
  const ours = `n.nspname in ('tiktok_connections', 'public')`;
  return {
    columns: await ask(`select table_schema, table_name, column_name, ordinal_position, data_type, udt_name, is_nullable, column_default
      from information_schema.columns where table_schema in ('tiktok_connections', 'public') order by 1, 2, 4`),
    relations: await ask(`select n.nspname, c.relname, c.relkind, c.reloptions::text, c.relacl::text from pg_class c
      join pg_namespace n on n.oid = c.relnamespace where ${ours} order by 1, 2`),
    constraints: await ask(`select n.nspname, conrelid::regclass::text as on, conname, contype, pg_get_constraintdef(k.oid) as definition
      from pg_constraint k join pg_namespace n on n.oid = k.connamespace where ${ours} order by 1, 2, 3`),
    indexes: await ask(`select schemaname, tablename, indexname, indexdef from pg_indexes
      where schemaname in ('tiktok_connections', 'public') order by 1, 2, 3`),
  };
};

test.each([
  ['connections', createConnectionsProjector({ sealer: createProjectionSealer(), clientKey: ourClientKey })],
  ['publications', createPublicationsProjector()],
  ['work', createWorkProjector('eager')],
])('a rebuild of %s leaves tables, keys, indexes and grants exactly as the migrations made them', async (_, projector) => {
  const migrated = await shapeOf(database.pool);
  await rebuilt(database.pool, createInMemoryEventStore(), projector);
  expect(await shapeOf(database.pool)).toEqual(migrated);
});
