import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import configuration from '../../.dependency-cruiser.ts';
import { egg, packages, plantedImports, targets } from './planted-imports.ts';

const root = resolve(import.meta.dirname, '../..');
const report = z.object({
  summary: z.object({ violations: z.array(z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string() }) })) }),
});

let tree = '';
let violations: readonly { readonly from: string; readonly to: string; readonly rule: { readonly name: string } }[] = [];

const write = async (path: string, text: string): Promise<void> => {
  await mkdir(dirname(join(tree, path)), { recursive: true });
  await writeFile(join(tree, path), text);
};

const cruise = (): Promise<string> =>
  new Promise((resolveOutput, reject) => {
    const program = join(root, 'node_modules/.bin/depcruise');
    const options = ['--config', join(root, '.dependency-cruiser.ts'), '--output-type', 'json', 'src', 'simulator', 'test'];
    execFile(process.execPath, [program, ...options], { cwd: tree, maxBuffer: 2 ** 26 }, (_failure, stdout, stderr) => {
      if (stdout.startsWith('{')) resolveOutput(stdout);
      else reject(new Error(stderr));
    });
  });

/** An entry point that reaches everything below a folder, but for the module that is to be lonely. */
const entryOf = (folder: 'src' | 'simulator', files: readonly string[]): Promise<void> =>
  write(
    `${folder}/main.ts`,
    files
      .filter((file) => file.startsWith(`${folder}/`) && !file.endsWith('/lonely.ts'))
      .map((file) => `import './${file.slice(folder.length + 1)}';\n`)
      .join(''),
  );

beforeAll(async () => {
  tree = await mkdtemp(join(tmpdir(), 'planted-'));
  await cp(join(root, 'tsconfig.json'), join(tree, 'tsconfig.json'));
  const versions = (names: readonly string[]): Record<string, string> => Object.fromEntries(names.map((name) => [name, '1.0.0']));
  const { dependencies, devDependencies } = packages;
  const manifest = { type: 'module', dependencies: versions(dependencies), devDependencies: versions(devDependencies) };
  await write('package.json', JSON.stringify(manifest));
  for (const name of Object.values(packages).flat()) {
    await write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' }));
    await write(`node_modules/${name}/index.js`, 'module.exports = {};\n');
  }
  const edges = [...plantedImports.flatMap(({ refused, accepted }) => [refused, accepted]), egg];
  for (const target of targets) await write(target, 'export const target = 1;\nexport type Target = 1;\n');
  for (const { file, statement } of edges) await write(file, `${statement}\n`);
  const files = [...targets, ...edges.map(({ file }) => file)];
  await entryOf('src', files);
  await entryOf('simulator', files);
  violations = report.parse(JSON.parse(await cruise())).summary.violations;
}, 120_000);

afterAll(() => rm(tree, { recursive: true, force: true }));

const rulesBrokenBy = (file: string): readonly string[] =>
  violations.filter(({ from, to, rule }) => (rule.name === 'no-dead-code' ? to : from) === file).map(({ rule }) => rule.name);

describe('the dependency rules', () => {
  test.for(plantedImports.map((plant) => [plant.title, plant] as const))('refuse %s', ([, plant]) => {
    expect(rulesBrokenBy(plant.refused.file)).toContain(plant.rule);
    expect(rulesBrokenBy(plant.accepted.file)).toEqual([]);
  });

  test('have a planted violation each', () => {
    const rules = (configuration.forbidden ?? []).map(({ name }) => name);
    expect(rules.filter((name) => !plantedImports.some(({ rule }) => rule === name))).toEqual([]);
    expect(rules.length).toBeGreaterThanOrEqual(14);
  });

  test('teach why, in a comment each', () => {
    for (const { comment } of configuration.forbidden ?? []) expect(comment?.length).toBeGreaterThan(80);
  });
});
