import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { variables } from '../../src/composition/settings/variables.ts';

const lines = (await readFile(resolve(import.meta.dirname, '../../.env.example'), 'utf8')).split('\n');
const assignment = /^#([A-Z][A-Z0-9_]*)=(.*)$/;
const shown = new Map(lines.flatMap((line) => {
  const [, name, value] = assignment.exec(line) ?? [];
  return name === undefined ? [] : [[name, value ?? ''] as const];
}));

test('.env.example shows every setting that the service reads', () => {
  expect(Object.keys(variables).filter((name) => !shown.has(name))).toEqual([]);
});

test('every default in .env.example is one that the service accepts', () => {
  const refused = Object.entries(variables)
    .filter(([name]) => (shown.get(name) ?? '') !== '')
    .filter(([name, { schema }]) => !schema.safeParse(shown.get(name)).success);
  expect(refused.map(([name]) => name)).toEqual([]);
});

test('.env.example explains each setting, or the first of a group, in the line above it', () => {
  const unexplained = lines.filter((line, index) => assignment.test(line) && !/^#/.test(lines[index - 1] ?? ''));
  expect(unexplained).toEqual([]);
});

test('.env.example sets nothing and holds no secret', () => {
  expect(lines.filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
  expect([...shown].filter(([name, value]) => /SECRET|KEY$|DATABASE/.test(name) && value !== '')).toEqual([]);
});
