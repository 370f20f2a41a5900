import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const folder = resolve(import.meta.dirname, '../../docs/adr');
const names = (await readdir(folder)).sort();

test('decisions are numbered without gaps', () => {
  expect(names.map((name) => Number(name.slice(0, 4)))).toEqual(names.map((_, index) => index + 1));
  expect(names.length).toBeGreaterThanOrEqual(5);
});

test.for(names)('%s says what was decided, why, what follows and what else was weighed', async (name) => {
  const page = await readFile(join(folder, name), 'utf8');
  expect(page.split('\n')[0]).toMatch(new RegExp(`^# ${Number(name.slice(0, 4))}\\. \\S`));
  const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
  expect(headings).toEqual(['Context', 'Decision', 'Consequences', 'What else was weighed']);
});
