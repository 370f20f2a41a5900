import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { csvRows } from '../../../src/adapters/legacy/csv-rows.ts';
import { legacyColumns, type LegacyCells } from '../../../src/application/ports/legacy-connections.ts';
import { containing } from '../cli/expected.ts';
import { csvOf, legacyRow } from '../../support/legacy-table.ts';

let folder: string;
let path: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'csv-'));
  path = join(folder, 'rows.csv');
});
afterAll(() => rm(folder, { recursive: true }));

type Read = Readonly<{ rows: readonly Readonly<{ line: number; cells: LegacyCells | string }>[]; failure: string | null }>;

const read = async (text: string | Buffer): Promise<Read> => {
  await writeFile(path, text);
  const rows: { line: number; cells: LegacyCells | string }[] = [];
  for await (const row of csvRows(path).read()) {
    if (row.isErr()) return { rows, failure: row.error.sentence };
    const { number, cells } = row.value;
    rows.push({ line: number, cells: cells.isOk() ? cells.value : cells.error.reason });
  }
  return { rows, failure: null };
};

const namesOf = ({ rows }: Read): readonly unknown[] => rows.map(({ cells }) => (typeof cells === 'string' ? cells : cells.display_name));
const linesOf = ({ rows }: Read): readonly number[] => rows.map(({ line }) => line);

describe('a CSV file', () => {
  test.each([
    ['LF', '\n', ''],
    ['CRLF', '\r\n', ''],
    ['LF and a byte order mark', '\n', '\ufeff'],
    ['CRLF and a byte order mark', '\r\n', '\ufeff'],
  ])('is read with %s', async (_, lineEnd, mark) => {
    const found = await read(mark + csvOf([legacyRow('a', { display_name: 'Zoë, "the" 🎬' }), legacyRow('b')], lineEnd));
    expect([found.failure, namesOf(found), linesOf(found)]).toEqual([null, ['Zoë, "the" 🎬', 'Name of b'], [2, 3]]);
  });

  test('may lack the line break at its end, and have blank lines', async () => {
    const text = csvOf([legacyRow('a'), legacyRow('b')]);
    expect(linesOf(await read(`${text}\n\n`))).toEqual([2, 3]);
    expect(linesOf(await read(text.trimEnd()))).toEqual([2, 3]);
  });

  test.each(['\n', '\r\n'])('names the line on which a row begins, whatever line breaks names hold: %j', async (lineEnd) => {
    const rows = [legacyRow('a', { display_name: 'three\nlines\nlong' }), legacyRow('b', { display_name: 'two\r\nlines' }), legacyRow('c')];
    expect(linesOf(await read(csvOf(rows, lineEnd)))).toEqual([2, 5, 7]);
  });

  test('takes its columns in any order and passes over those it does not know', async () => {
    const { id, ...others } = legacyRow('a');
    const found = await read(csvOf([{ note: 'x', ...Object.fromEntries(Object.entries(others).reverse()), id: id ?? null }]));
    expect(namesOf(found)).toEqual(['Name of a']);
  });

  test('may lack the columns that need not be there', async () => {
    const { id: _, tiktok_union_id: __, avatar_url: ___, updated_at: ____, ...needed } = legacyRow('a');
    expect((await read(csvOf([needed]))).rows[0]?.cells).toMatchObject({ user_id: 'user-of-a', id: null, tiktok_union_id: null, avatar_url: null });
  });

  test('may have rows with too few and too many cells, which are refused alone', async () => {
    const text = csvOf([legacyRow('a')]);
    expect(namesOf(await read(`${text}1,2,3\n${text.split('\n')[1]},more\n${text.split('\n')[1]}\n`))).toEqual([
      'Name of a',
      'wrong_number_of_cells',
      'wrong_number_of_cells',
      'Name of a',
    ]);
  });

  test('gives back every text that was written, however it was quoted', async () => {
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).filter((each) => each.isWellFormed() && each !== '\ufeff');
    const cell = fc.option(fc.oneof(text, fc.stringMatching(/^[",\r\n a-z]+$/)), { nil: null });
    const row = fc.record(Object.fromEntries(legacyColumns.map((column) => [column, cell])));
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 8 }), fc.constantFrom('\n', '\r\n'), fc.boolean(), async (rows, lineEnd, mark) => {
        const found = await read((mark ? '\ufeff' : '') + csvOf(rows, lineEnd));
        expect(found.failure).toBeNull();
        expect(found.rows.map(({ cells }) => cells)).toEqual(rows.map((each) => ({ ...each })));
      }),
      { numRuns: 60 },
    );
  });
});

describe('a file that is no such table', () => {
  test.each<[string, string | Buffer, string]>([
    ['lacks columns', 'user_id,scope,created_at,display_name\n', 'lacks the columns tiktok_open_id, access_token, refresh_token, token_expires_at'],
    ['has other separators', csvOf([legacyRow('a')]).replaceAll(',', ';'), 'separated by commas'],
    ['names a column twice', csvOf([legacyRow('a')]).replaceAll('updated_at', 'scope'), 'names scope twice'],
    ['is empty', '', 'is empty'],
    ['has a quote that is never closed', `${csvOf([legacyRow('a')])}"never closed,\n`, 'is not a CSV at line 3'],
    ['has a quote in the middle of a cell', `${csvOf([legacyRow('a')])}a"b,c\n`, 'is not a CSV at line 3'],
    ['has a quote in the middle of its first line', 'user"id,scope\n', 'is not a CSV at line 1'],
    ['is UTF-16', Buffer.from(`\ufeff${csvOf([legacyRow('a')])}`, 'utf16le'), 'not text in UTF-8'],
    ['is no text', Buffer.from([0x1f, 0x8b, 8, 0, 0xff, 0xfe]), 'not text in UTF-8'],
  ])('is refused as a whole when it %s', async (_, content, sentence) => {
    expect((await read(content)).failure).toContain(sentence);
  });

  test('never reads more than a megabyte as one row', async () => {
    const text = `${csvOf([legacyRow('a')])}"${'x'.repeat(1_500_000)}`;
    expect((await read(text)).failure).toMatch(/not a CSV at line 3 \(CSV_MAX_RECORD_SIZE\)/);
  });

  test.each([['is not there', 'nowhere.csv', 'ENOENT'], ['is a folder', '.', 'EISDIR']])('is refused when it %s', async (_, name, code) => {
    const [first] = await Array.fromAsync(csvRows(join(folder, name)).read());
    const { kind, sentence } = first?._unsafeUnwrapErr() ?? {};
    expect([kind, sentence]).toEqual(['unusable', containing(`cannot be read (${code})`)]);
  });
});
