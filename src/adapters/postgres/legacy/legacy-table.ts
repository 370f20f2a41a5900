import { err, ok, type Result } from 'neverthrow';
import pg from 'pg';
import { z } from 'zod';
import {
  legacyColumns,
  neededColumns,
  type LegacyRow,
  type LegacyRows,
  type SourceFailure,
} from '../../../application/ports/legacy-connections.ts';
import type { Secret } from '../../../domain/values/secret.ts';
import { wordsOf } from '../failure.ts';
import { connectionLimits } from '../pool.ts';
import { beginReading, declareRows, fetchRows, findTable, rowsAtOnce } from './legacy-table-statements.ts';

const foundTable = z.object({ name: z.string(), ours: z.boolean(), columns: z.array(z.string()) });
type FoundTable = z.infer<typeof foundTable>;

const cell = z.string().nullable();
const cells = z.object({
  user_id: cell,
  tiktok_open_id: cell,
  display_name: cell,
  access_token: cell,
  refresh_token: cell,
  token_expires_at: cell,
  scope: cell,
  created_at: cell,
  id: cell,
  tiktok_union_id: cell,
  avatar_url: cell,
});

const unusable = (sentence: string): Result<never, SourceFailure> => err({ kind: 'unusable', sentence });
const away = (error: unknown): Result<never, SourceFailure> =>
  err({ kind: 'away', sentence: `The database of the rows does not answer (${wordsOf(error)}). Run it again: rows that were imported are passed over.` });

const lookFor = async (client: pg.Client, table: string): Promise<FoundTable | null> => {
  try {
    const { rows }: { rows: readonly unknown[] } = await client.query(findTable, [table]);
    return z.array(foundTable).parse(rows)[0] ?? null;
  } catch (error) {
    // A name that SQL cannot read names nothing.
    if (error instanceof pg.DatabaseError && error.code?.startsWith('42') === true && error.code !== '42501') return null;
    throw error;
  }
};

const checked = (table: string, found: FoundTable | null): Result<FoundTable, SourceFailure> => {
  if (found === null) return unusable(`The database has no table ${table}: name the one with the rows with --table, e.g. --table user_tiktok_connections_before.`);
  if (found.ours) return unusable(`${found.name} is the table that this service writes itself: name the one with the earlier rows with --table.`);
  const missing = neededColumns.filter((column) => !found.columns.includes(column));
  if (missing.length === 0) return ok(found);
  return unusable(`The table ${found.name} lacks the column${missing.length === 1 ? '' : 's'} ${missing.join(', ')}.`);
};

const clientFor = (url: Secret<string>): pg.Client | null => {
  try {
    return new pg.Client({ ...connectionLimits, connectionString: url.reveal(), application_name: 'tiktok-connections import' });
  } catch {
    return null;
  }
};

async function* rowsOf(url: Secret<string>, table: string): AsyncGenerator<Result<LegacyRow, SourceFailure>, void, undefined> {
  const client = clientFor(url);
  if (client === null) return yield unusable('The address of the database cannot be read: write postgres://user@host:5432/database.');
  client.on('error', () => undefined);
  try {
    await client.connect();
    const found = checked(table, await lookFor(client, table));
    if (found.isErr()) return yield err(found.error);
    await client.query(beginReading);
    await client.query(declareRows(found.value.name, legacyColumns, found.value.columns));
    for (let number = 0, fetched = rowsAtOnce; fetched === rowsAtOnce; ) {
      const { rows }: { rows: readonly unknown[] } = await client.query(fetchRows);
      fetched = rows.length;
      for (const row of rows) {
        number += 1;
        yield ok({ number, cells: ok(cells.parse(row)) });
      }
    }
  } catch (error) {
    yield away(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * The rows of a table, read through a cursor in one read-only transaction.
 * @param table as SQL names it, with its schema where the search path does not reach it
 */
export const legacyTableRows = (url: Secret<string>, table: string): LegacyRows => ({ numbers: 'row', read: () => rowsOf(url, table) });
