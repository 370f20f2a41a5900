import type { AuditedRow } from '../ports/audit-projections.ts';
import type { RowDifference } from './difference.ts';

const nameOf = ({ table, key }: AuditedRow): string => `${table} ${key}`;

const differingColumns = (live: AuditedRow, replayed: AuditedRow): readonly string[] =>
  [...replayed.columns].filter(([column, digest]) => live.columns.get(column) !== digest).map(([column]) => column);

/** What readers see against what the history leads to. */
export const compareRows = (live: readonly AuditedRow[], replayed: readonly AuditedRow[]): readonly RowDifference[] => {
  const expected = new Map(replayed.map((row) => [nameOf(row), row]));
  const differences: RowDifference[] = [];
  for (const row of live) {
    const { table, connectionId: connection_id } = row;
    const should = expected.get(nameOf(row));
    expected.delete(nameOf(row));
    if (should === undefined) differences.push({ kind: 'row_extra', table, connection_id });
    else if (should.digest !== row.digest) {
      differences.push({ kind: 'row_differs', table, connection_id, columns: differingColumns(row, should) });
    }
  }
  for (const { table, connectionId: connection_id } of expected.values()) {
    differences.push({ kind: 'row_missing', table, connection_id });
  }
  return differences;
};
