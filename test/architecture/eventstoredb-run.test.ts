import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { everyFile, leftOut, namedPart } from '../support/run-on-eventstoredb.ts';

const tests = resolve(import.meta.dirname, '..');
const switchFile = join(tests, 'support/chosen-event-store.ts');

/** Every file of the tests that a file imports, itself included. */
const reached = (file: string, seen = new Set<string>()): ReadonlySet<string> => {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(/from '(\.[^']+\.ts)'/g)) {
    const imported = join(dirname(file), path);
    if (imported.startsWith(tests)) reached(imported, seen);
  }
  return seen;
};

test.each(everyFile())('%s asks where the history stands, or is left out with a reason', (file) => {
  expect(reached(join(tests, file)).has(switchFile)).toBe(leftOut[file] === undefined);
});

test('what is left out, and what every CI run takes, is there', () => {
  expect(everyFile()).toEqual(expect.arrayContaining([...Object.keys(leftOut), ...namedPart]));
  expect(namedPart.filter((file) => leftOut[file] !== undefined)).toEqual([]);
});
