import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { problemOfName } from '../../eslint-rules/telling-file-names.ts';

const root = resolve(import.meta.dirname, '../..');

/** Every path below a folder, of whatever kind the file is. */
const pathsBelow = async (folder: string): Promise<string[]> => {
  const paths = await readdir(join(root, folder), { recursive: true });
  return paths.filter((path) => !path.includes('node_modules')).map((path) => join(folder, path));
};

test.for(['src', 'simulator', 'test', 'eslint-rules', 'docs'])('every file below %s, source or not, has a telling name', async (folder) => {
  const paths = await pathsBelow(folder);
  expect(paths.length).toBeGreaterThan(0);
  expect(paths.filter((path) => path.split('/').some((name) => problemOfName(name) !== null))).toEqual([]);
});
