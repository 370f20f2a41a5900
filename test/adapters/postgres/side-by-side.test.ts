import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { checkout } from '../../support/service-process.ts';
import { createMigratedDatabase } from '../../support/projection-database.ts';

const folder = join(checkout, 'src/adapters/postgres/migrations');

/** The last migration that no replica of other code ran beside. */
const baseline = 11;

/** What takes something away from code that does not know of it yet. Comments are no statements. */
const contracting: readonly (readonly [RegExp, string])[] = [
  [/\bdrop\s+(table|column|view|schema|type|sequence)\b/i, 'drops what older code may use'],
  [/\bdrop\s+function\b/i, 'drops a function that older code may call'],
  [/\brename\b/i, 'renames what older code knows by another name'],
  [/\balter\s+column\b[^;]*\btype\b/i, 'changes the type that older code reads and writes'],
  [/\bset\s+not\s+null\b/i, 'demands what older code does not write'],
  [/\badd\s+column\b(?![^,;]*\bdefault\b)[^,;]*\bnot\s+null\b/i, 'adds a column that older code does not fill'],
  [/\badd\s+(constraint|check|foreign\s+key|unique)\b(?![^;]*\bnot\s+valid\b)/i, 'adds a rule that rows of older code may break'],
  [/\b(delete\s+from|truncate)\b/i, 'removes rows that older code may read'],
  [/\brevoke\b/i, 'takes a right away'],
];

const troublesOf = (sql: string): readonly string[] => {
  const statements = sql.replaceAll(/--[^\n]*/g, '').replaceAll(/\$\$[\s\S]*?\$\$/g, "''");
  return contracting.filter(([pattern]) => pattern.test(statements)).map(([, why]) => why);
};

test('every migration behind the baseline only adds: replicas of the code before go on beside it', async () => {
  const later = (await readdir(folder)).filter((name) => Number.parseInt(name, 10) > baseline);
  const found = await Promise.all(later.map(async (name) => troublesOf(await readFile(join(folder, name), 'utf8')).map((why) => `${name} ${why}`)));
  expect(found.flat()).toEqual([]);
});

test.each([
  ['alter table t drop column a;', 1],
  ['drop table t;', 1],
  ['alter table t rename column a to b;', 1],
  ['alter table t alter column a type bigint;', 1],
  ['alter table t alter column a set not null;', 1],
  ['alter table t add column a text not null;', 1],
  ['alter table t add constraint c check (a > 0);', 1],
  ['delete from t where a;', 1],
  ['revoke select on t from tiktok_reader;', 1],
  ["alter table t add column a text not null default '';", 0],
  ['alter table t add column a text; -- drop table t', 0],
  ['alter table t add constraint c check (a > 0) not valid;', 0],
  ['create table t (a text not null); create index i on t (a);', 0],
  ['create function f() returns void language plpgsql as $$ begin delete from t; end $$;', 0],
])('the rule judges %s', (sql, troubles) => {
  expect(troublesOf(sql)).toHaveLength(troubles);
});

test('what the code of the last release asks of the database still has an answer in this schema', async () => {
  const file = await readFile(join(import.meta.dirname, 'statements-of-earlier-code.json'), 'utf8');
  const statements = z.record(z.string(), z.string()).parse(JSON.parse(file));
  expect(Object.keys(statements).length).toBeGreaterThan(60);
  const database = await createMigratedDatabase();
  const refused: string[] = [];
  for (const [name, text] of Object.entries(statements)) {
    const outcome = await database.pool.query(`prepare earlier as ${text}; deallocate earlier`).then(() => null, (error: unknown) => `${name}: ${String(error)}`);
    if (outcome !== null) refused.push(outcome);
  }
  await database.drop();
  expect(refused).toEqual([]);
});
