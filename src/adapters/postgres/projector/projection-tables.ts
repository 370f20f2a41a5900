import { z } from 'zod';
import { rowsOf, type Connection } from '../database.ts';
import type { Copy, ProjectionTable, ProjectionTransaction, Projector, TableNames } from './projector.ts';

const suffix = '__next';

export const buildSchema = 'tiktok_connections';

/** The name of a rebuild's copy of a table, index or constraint, and back. */
export const nextName = (plain: string): string => `${plain}${suffix}`;
export const isNextName = (name: string): boolean => name.includes(suffix);
export const plainName = (next: string): string => next.replace(suffix, '');

/** A rebuild's copy stands in our own schema, also when the table itself does not. */
export const namesOf = ({ schema, name }: ProjectionTable, copy: Copy): TableNames =>
  copy === 'live'
    ? { table: `${schema}.${name}`, name: (plain) => plain }
    : { table: `${buildSchema}.${nextName(name)}`, name: nextName };

/** The transaction as a projector sees it. Statements are named apart by copy, since their texts differ. */
export const transactionOf = (connection: Connection, projector: Projector, copy: Copy): ProjectionTransaction => {
  const tables = new Map(projector.tables.map((table) => [table.name, namesOf(table, copy).table]));
  return {
    table: (name) => tables.get(name) ?? name,
    rows: (name, text, values, row) => rowsOf(connection, { name: `${projector.name}.${name}.${copy}`, text }, values, row),
  };
};

const exists = z.object({ exists: z.boolean() });

export const tablesStand = async (connection: Connection, projector: Projector, copy: Copy): Promise<boolean> => {
  const names = projector.tables.map((table) => namesOf(table, copy).table);
  const statement = { name: 'projection_tables.stand', text: 'select bool_and(to_regclass(name) is not null) as exists from unnest($1::text[]) as t (name)' };
  const [found] = await rowsOf(connection, statement, [names], exists);
  return found?.exists === true;
};
