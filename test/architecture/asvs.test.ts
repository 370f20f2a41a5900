import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

const root = resolve(import.meta.dirname, '../..');

const rowSchema = z.strictObject({
  requirement: z.string().regex(/^\d+\.\d+\.\d+$/),
  level: z.enum(['1', '2']),
  status: z.enum(['tested', 'built', 'operator', 'elsewhere', 'absent', 'open']),
  shown_by: z.string(),
  reason: z.string(),
});
const rows = z.array(rowSchema).parse(parse(await readFile(join(root, 'docs/asvs.csv')), { columns: true }));

/** How many requirements of level 1 and of level 2 each chapter of ASVS 5.0.0 has. */
const requirementsOf: Readonly<Record<string, readonly [level1: number, level2: number]>> = {
  1: [8, 19],
  2: [4, 7],
  3: [8, 11],
  4: [2, 8],
  5: [4, 5],
  6: [13, 22],
  7: [6, 12],
  8: [4, 3],
  9: [4, 3],
  10: [5, 24],
  11: [3, 11],
  12: [3, 6],
  13: [1, 12],
  14: [2, 7],
  15: [3, 10],
  16: [0, 16],
  17: [0, 7],
};

const placeOf = (shownBy: string): readonly [path: string, title: string | undefined] => {
  const [path = '', ...title] = shownBy.split(' > ');
  return [path, title.length === 0 ? undefined : title.join(' > ')];
};

describe('docs/asvs.csv', () => {
  test('has a row for each requirement of levels 1 and 2, once', () => {
    const counted: Record<string, readonly [number, number]> = {};
    for (const { requirement, level } of rows) {
      const chapter = requirement.split('.')[0] ?? '';
      const [first, second] = counted[chapter] ?? [0, 0];
      counted[chapter] = level === '1' ? [first + 1, second] : [first, second + 1];
    }
    expect(counted).toEqual(requirementsOf);
    expect(new Set(rows.map(({ requirement }) => requirement)).size).toBe(rows.length);
  });

  test('names for each tested requirement a test that is there', async () => {
    const lacking: string[] = [];
    for (const { requirement, shown_by } of rows.filter(({ status }) => status === 'tested')) {
      const [path, title] = placeOf(shown_by);
      const text = existsSync(join(root, path)) ? await readFile(join(root, path), 'utf8') : '';
      if (title === undefined || !path.endsWith('.test.ts') || !text.includes(title)) lacking.push(`${requirement} ${shown_by}`);
    }
    expect(lacking).toEqual([]);
  });

  test('names a place that is there for whatever is built or left to the operator', () => {
    const named = rows.filter(({ status }) => status === 'built' || status === 'operator');
    expect(named.filter(({ shown_by }) => shown_by === '' || !existsSync(join(root, shown_by)))).toEqual([]);
  });

  test('gives a reason for whatever no test shows', () => {
    expect(rows.filter(({ status, reason }) => status !== 'tested' && reason.length < 6)).toEqual([]);
  });
});
