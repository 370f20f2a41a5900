import pg from 'pg';
import { z } from 'zod';
import { rowsOf, type Connection } from '../database.ts';
import { viewsOver } from './dependent-views.ts';
import { isNextName, namesOf, nextName, plainName } from './projection-tables.ts';
import type { ProjectionTable } from './projector.ts';
import { copyRowSecurity } from './row-security.ts';
import { copyGrants } from './table-grants.ts';

const named = z.object({ name: z.string() });

const constraints = { name: 'swap_table.constraints', text: 'select conname as name from pg_constraint where conrelid = $1::regclass' };
const indexes = {
  name: 'swap_table.indexes',
  text: 'select c.relname as name from pg_index i join pg_class c on c.oid = i.indexrelid where i.indrelid = $1::regclass',
};

const quoted = (name: string): string => pg.escapeIdentifier(name);

/** Takes the copy's suffix off whatever is named with it. Renaming a key's constraint renames its index. */
const takePlainNames = async (connection: Connection, { schema, name }: ProjectionTable): Promise<void> => {
  const table = `${schema}.${name}`;
  for (const constraint of await rowsOf(connection, constraints, [table], named)) {
    if (isNextName(constraint.name)) {
      await connection.query(`alter table ${table} rename constraint ${quoted(constraint.name)} to ${quoted(plainName(constraint.name))}`);
    }
  }
  for (const index of await rowsOf(connection, indexes, [table], named)) {
    if (isNextName(index.name)) await connection.query(`alter index ${schema}.${quoted(index.name)} rename to ${quoted(plainName(index.name))}`);
  }
};

/**
 * Puts the rebuilt copy in the place of the table readers see: same name, same grants and row-level security, same names of its keys and
 * indexes, same views over it. To be rolled back with its transaction when anything fails.
 */
export const swapTable = async (connection: Connection, table: ProjectionTable): Promise<void> => {
  const { schema, name } = table;
  const live = namesOf(table, 'live').table;
  const next = namesOf(table, 'next').table;
  const old = `${name}__old`;
  await connection.query(`lock table ${live}, ${next} in access exclusive mode`);
  await copyGrants(connection, live, next);
  await copyRowSecurity(connection, live, next);
  const views = await viewsOver(connection, live);
  await connection.query(`alter table ${live} rename to ${old}`);
  await connection.query(`alter table ${next} reset (autovacuum_enabled)`);
  await connection.query(`alter table ${next} set schema ${schema}`);
  await connection.query(`alter table ${schema}.${nextName(name)} rename to ${name}`);
  for (const view of views) await connection.query(view);
  await connection.query(`drop table ${schema}.${old}`);
  await takePlainNames(connection, table);
};
