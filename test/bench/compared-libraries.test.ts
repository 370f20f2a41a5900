import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';

const folder = resolve(import.meta.dirname, '../../bench');
const text = (name: string): Promise<string> => readFile(resolve(folder, name), 'utf8');

const manifest = z.object({ dependencies: z.record(z.string(), z.string()) });
const entry = z.object({ version: z.string().optional(), resolved: z.string().optional(), integrity: z.string().optional() });
const lockfile = z.object({ packages: z.record(z.string(), entry) });

test('the compared libraries are pinned exactly, by a lockfile that names no download address', async () => {
  const { dependencies } = manifest.parse(JSON.parse(await text('package.json')));
  const { packages } = lockfile.parse(JSON.parse(await text('package-lock.json')));
  for (const [name, version] of Object.entries(dependencies)) {
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(packages[`node_modules/${name}`]?.version).toBe(version);
  }
  const loose = Object.entries(packages).filter(([path, { resolved, integrity }]) => path !== '' && (resolved !== undefined || integrity === undefined));
  expect(loose).toEqual([]);
});

test('npm is told the same in bench/ as in the root', async () => {
  expect(await text('.npmrc')).toBe(await text('../.npmrc'));
});
