import { err, ok, type Result } from 'neverthrow';
import {
  legacyColumns,
  neededColumns,
  type LegacyCells,
  type LegacyColumn,
  type RowRefusal,
  type SourceFailure,
} from '../../application/ports/legacy-connections.ts';

/** Puts a row's cells under the names of the header. */
export type RowReader = (cells: readonly string[]) => Result<LegacyCells, RowRefusal>;

const unusable = (sentence: string): Result<never, SourceFailure> => err({ kind: 'unusable', sentence });

/** @param header the first row of the file, in any order */
export const readHeader = (header: readonly string[]): Result<RowReader, SourceFailure> => {
  const names = header.map((name) => name.trim());
  const missing = neededColumns.filter((column) => !names.includes(column));
  if (missing.length > 0) {
    return unusable(
      `The file's first line lacks the column${missing.length === 1 ? '' : 's'} ${missing.join(', ')}: ` +
        'it must name the columns of the table, separated by commas, in any order.',
    );
  }
  const repeated = legacyColumns.filter((column) => names.indexOf(column) !== names.lastIndexOf(column));
  if (repeated.length > 0) return unusable(`The file's first line names ${repeated.join(', ')} twice: keep one of each.`);
  return ok((cells) => {
    if (cells.length !== names.length) return err({ reason: 'wrong_number_of_cells', column: null });
    // An empty cell is how PostgreSQL writes that there is nothing.
    const cell = (column: LegacyColumn): string | null => cells[names.indexOf(column)] || null;
    return ok({
      user_id: cell('user_id'),
      tiktok_open_id: cell('tiktok_open_id'),
      display_name: cell('display_name'),
      access_token: cell('access_token'),
      refresh_token: cell('refresh_token'),
      token_expires_at: cell('token_expires_at'),
      scope: cell('scope'),
      created_at: cell('created_at'),
      id: cell('id'),
      tiktok_union_id: cell('tiktok_union_id'),
      avatar_url: cell('avatar_url'),
    });
  });
};
