import type { ImportCounts, ImportReport, RefusedRow } from '../../application/importing/import-connections.ts';
import type { LegacyRows } from '../../application/ports/legacy-connections.ts';
import { exitCodes } from './exit-codes.ts';
import type { Done } from './outcome.ts';
import { count } from './printable.ts';
import { reasonOf } from './row-reasons.ts';

type Numbers = LegacyRows['numbers'];

export const countsInWords = ({ rows, imported, skipped, refused }: ImportCounts, dryRun: boolean): string =>
  `${count(rows, 'row')}, ${imported.toLocaleString('en')} ${dryRun ? 'to be imported' : 'imported'}, ` +
  `${skipped.toLocaleString('en')} passed over, ${refused.toLocaleString('en')} refused`;

const placeOf = (numbers: Numbers, { number, id }: RefusedRow): string =>
  `${numbers === 'line' ? 'Line' : 'Row'} ${number}${id === null ? '' : ` (id ${id})`}`;

const documentOf = ({ rows, imported, skipped, refusals }: ImportReport, numbers: Numbers, dryRun: boolean): unknown => ({
  rows,
  imported,
  skipped,
  refused: refusals.map((row) => ({ [numbers]: row.number, id: row.id, column: row.column, reason: row.reason, detail: reasonOf(row) })),
  dry_run: dryRun,
});

const wrongKey = ({ imported, skipped, refusals }: ImportReport): readonly string[] =>
  imported + skipped === 0 && refusals.length > 0 && refusals.every(({ reason }) => reason === 'token_not_opened')
    ? ['No token opened at all: is it the key that the old table was written with?']
    : [];

/** How an import that came to its end is told; some refused rows make it a difference. */
export const importedRows = (report: ImportReport, numbers: Numbers, dryRun: boolean): Done => ({
  exitCode: report.refusals.length === 0 ? exitCodes.done : exitCodes.foundDifference,
  document: documentOf(report, numbers, dryRun),
  lines: [...report.refusals.map((row) => `${placeOf(numbers, row)}: ${reasonOf(row)}.`), `${countsInWords(report, dryRun)}.`],
  remarks: wrongKey(report),
});
