import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { CsvError, parse, type Parser } from 'csv-parse';
import { err, ok, type Result } from 'neverthrow';
import { z } from 'zod';
import type { LegacyRow, LegacyRows, SourceFailure } from '../../application/ports/legacy-connections.ts';
import { readHeader, type RowReader } from './header.ts';

/** Far more than any row has: a quote that is never closed must not read the whole file as one cell. */
const longestRow = 1_048_576;

const cellsOf = z.array(z.string());

const notUtf8 = 'the file is not text in UTF-8';

async function* textOf(path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of createReadStream(path)) yield decoder.decode(z.instanceof(Buffer).parse(chunk), { stream: true });
  yield decoder.decode();
}

const failureOf = (path: string, error: unknown): SourceFailure => {
  const unusable = (sentence: string): SourceFailure => ({ kind: 'unusable', sentence });
  if (error instanceof CsvError) {
    const line = typeof error['lines'] === 'number' ? ` at line ${error['lines']}` : '';
    return unusable(
      `${path} is not a CSV${line} (${error.code}): cells with quotes, commas or line breaks stand in double quotes, and a quote within is doubled. ` +
        'Mend it and run again; rows that were imported stay and are passed over.',
    );
  }
  if (error instanceof TypeError) return unusable(`${path} is not a CSV: ${notUtf8}. Export it as UTF-8.`);
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown failure';
  return unusable(`${path} cannot be read (${code}): check the path and its permissions.`);
};

const parserFor = (onHeader: (names: readonly string[]) => void): Parser =>
  parse({
    bom: true,
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    max_record_size: longestRow,
    // Told of the first line as soon as it is parsed: with a wrong one the next lines may well break the parser.
    on_record: (record, { records }) => {
      if (records === 1) onHeader(cellsOf.parse(record));
      return record;
    },
  });

/** The parser counts a CRLF within quotes as two. */
const linesOf = (cells: readonly string[]): number => cells.reduce((lines, cell) => lines + (cell.match(/\n/g)?.length ?? 0), 1);

async function* rowsOf(path: string): AsyncGenerator<Result<LegacyRow, SourceFailure>, void, undefined> {
  const first: { header: Result<RowReader, SourceFailure> | null } = { header: null };
  const text = Readable.from(textOf(path), { objectMode: false });
  const parser = parserFor((names) => (first.header = readHeader(names)));
  text.on('error', (error) => parser.destroy(error));
  let number = 1;
  try {
    for await (const parsed of text.pipe(parser)) {
      const cells = cellsOf.parse(parsed);
      if (first.header?.isOk() !== true) break;
      const blank = cells.length === 1 && cells[0] === '';
      if (number > 1 && !blank) yield ok({ number, cells: first.header.value(cells) });
      number += linesOf(cells);
    }
    const { header } = first;
    if (header === null) yield err({ kind: 'unusable', sentence: `${path} is empty: its first line must name the columns of the table.` });
    else if (header.isErr()) yield err(header.error);
  } catch (error) {
    yield err(first.header?.isErr() === true ? first.header.error : failureOf(path, error));
  } finally {
    text.destroy();
    parser.destroy();
  }
}

/** The rows of a CSV file with a header, as `\copy … csv header` writes it: UTF-8 with or without a mark, LF or CRLF. */
export const csvRows = (path: string): LegacyRows => ({ numbers: 'line', read: () => rowsOf(path) });
