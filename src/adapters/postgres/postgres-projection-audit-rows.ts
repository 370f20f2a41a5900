import { z } from 'zod';
import type { AuditedRow, RowSelection } from '../../application/ports/audit-projections.ts';
import { rowsOf, type Connection } from './database.ts';
import { connectionIdColumn } from './row-types.ts';

/** How the rows of a table are told apart and compared. Names are quoted where they must be. */
export type AuditedTable = Readonly<{
  /** Schema and name of what readers see, and of the audit's copy. */
  live: string;
  copy: string;
  /** Which connection a row is about. */
  subject: string;
  key: readonly string[];
  columns: readonly string[];
}>;

/** By table: the column that says which connection a row is about, and columns that do not follow from the history. */
const particulars: Readonly<Record<string, Readonly<{ subject: string; apart: readonly string[] }>>> = {
  connections: { subject: 'connection_id', apart: [] },
  user_tiktok_connections: { subject: 'id', apart: [] },
  // When an item may run next also follows from what was tried.
  work_items: { subject: 'connection_id', apart: ['runnable_at'] },
  work_publications: { subject: 'connection_id', apart: [] },
  publications: { subject: 'connection_id', apart: [] },
};

const describe = {
  name: 'projection_audit.describe',
  text: `select
      (select array_agg(quote_ident(a.attname) order by a.attnum) from pg_attribute a
        where a.attrelid = t.id and a.attnum > 0 and not a.attisdropped and a.attname <> all($2::text[])) as columns,
      (select array_agg(quote_ident(a.attname) order by array_position(i.indkey::int2[], a.attnum)) from pg_index i
        join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey::int2[])
        where i.indrelid = t.id and i.indisprimary) as key
    from (select to_regclass($1) as id) t`,
};

const description = z.object({ columns: z.array(z.string()), key: z.array(z.string()) });

/** @param name without its schema. Rejects for a table whose rows are not said to be about connections. */
export const auditedTable = async (connection: Connection, name: string, live: string, copy: string): Promise<AuditedTable> => {
  const particular = particulars[name];
  if (particular === undefined) throw new Error(`the audit does not know which connection a row of ${name} is about`);
  const [found] = await rowsOf(connection, describe, [copy, particular.apart], description);
  if (found === undefined) throw new Error(`${copy} is missing`);
  return { live, copy, subject: particular.subject, ...found };
};

const unquoted = (name: string): string => name.replace(/^"(.*)"$/, '$1').replaceAll('""', '"');

const rowOf = (table: string, columns: readonly string[]): z.ZodType<AuditedRow> =>
  z
    .object({
      connection_id: connectionIdColumn,
      key: z.string(),
      digest: z.string(),
      columns: z.array(z.string().nullable()).nullable(),
    })
    .transform(({ connection_id: connectionId, columns: digests, ...row }) => ({
      ...row,
      table,
      connectionId,
      columns: new Map(digests === null ? [] : columns.map((column, index) => [unquoted(column), digests[index] ?? 'null'])),
    }));

/** How times are written, so that equal rows are equal text in every session. Within a transaction. */
export const plainText = `set local timezone = 'UTC'; set local datestyle = 'ISO, YMD'`;

/** Digests of the rows that are about the selected connections, in one of the two places. */
export const selectAuditedRows = (
  connection: Connection,
  table: AuditedTable,
  place: 'live' | 'copy',
  { from, through, columns }: RowSelection,
): Promise<readonly AuditedRow[]> => {
  const each = columns ? `array[${table.columns.map((column) => `md5(t.${column}::text)`).join(', ')}]` : 'null::text[]';
  const listed = (names: readonly string[]): string => names.map((name) => `t.${name}`).join(', ');
  const text = `select t.${table.subject} as connection_id, row(${listed(table.key)})::text as key,
      md5(row(${listed(table.columns)})::text) as digest, ${each} as columns
    from ${table[place]} t where t.${table.subject} between $1::uuid and $2::uuid`;
  const name = `audit.${place}.${table.live}.${columns ? 'columns' : 'rows'}`;
  return rowsOf(connection, { name, text }, [from, through], rowOf(table.live, table.columns));
};
