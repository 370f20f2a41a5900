import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

const root = resolve(import.meta.dirname, '../..');
const text = (path: string): Promise<string> => readFile(join(root, path), 'utf8');

const versions = z.record(z.string(), z.string());
const manifest = z
  .object({ dependencies: versions, devDependencies: versions, allowScripts: z.record(z.string(), z.boolean()) })
  .parse(JSON.parse(await text('package.json')));
const direct = { ...manifest.dependencies, ...manifest.devDependencies };

/** The rows of the tables under one heading, cells trimmed and without backticks. */
const rowsUnder = (page: string, heading: string): string[][] => {
  const section = page.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim().replaceAll('`', '')));
};

const page = await text('docs/dependencies.md');
const runtime = rowsUnder(page, 'In the running service');
const development = rowsUnder(page, 'For development and tests');

describe('docs/dependencies.md', () => {
  test('names every dependency of package.json in its place, and no other', () => {
    expect(runtime.map(([name]) => name)).toEqual(Object.keys(manifest.dependencies).sort());
    expect(development.map(([name]) => name)).toEqual(Object.keys(manifest.devDependencies).sort());
  });

  test.for([...runtime, ...development].map((row) => [row[0] ?? '', row] as const))(
    'tells the major version, the licence and a reason for %s',
    async ([name, [, major, licence, reason]]) => {
      const installed = z.object({ license: z.string() }).parse(JSON.parse(await text(`node_modules/${name}/package.json`)));
      expect(major).toBe(direct[name]?.split('.')[0]);
      expect(licence).toBe(installed.license);
      expect(reason?.length).toBeGreaterThan(20);
    },
  );

  test('names every package whose install script may run', () => {
    const allowed = Object.entries(manifest.allowScripts).filter(([, allows]) => allows).map(([name]) => name);
    const named = rowsUnder(page, 'Packages that run a script').map(([name]) => name);
    expect(named.sort()).toEqual(allowed.sort());
  });
});

describe('the lockfile', () => {
  const entry = z.object({ version: z.string().optional(), resolved: z.string().optional(), integrity: z.string().optional() });
  const lock = async () => z.object({ packages: z.record(z.string(), entry) }).parse(JSON.parse(await text('package-lock.json'))).packages;

  test('names no download address, so that any registry with the same bytes will do', async () => {
    const withAddress = Object.entries(await lock()).filter(([, { resolved }]) => resolved !== undefined).map(([name]) => name);
    expect(withAddress).toEqual([]);
  });

  test('pins every package by its integrity', async () => {
    const loose = Object.entries(await lock()).filter(([path, { integrity }]) => path !== '' && integrity === undefined);
    expect(loose).toEqual([]);
  });

  test('holds the versions that package.json asks for', async () => {
    const packages = await lock();
    for (const [name, version] of Object.entries(direct)) expect(packages[`node_modules/${name}`]?.version).toBe(version);
  });
});

test('every version in package.json is exact', () => {
  for (const [name, version] of Object.entries(direct)) expect(version, name).toMatch(/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/);
});
