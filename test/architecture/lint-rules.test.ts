import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ESLint, type Linter } from 'eslint';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { configurationFor } from '../../eslint-rules/configuration.ts';
import { pureRingRules } from '../../eslint-rules/pure-rings.ts';
import { plantedHabits, plantedPromisesAndTypes } from './planted-habits.ts';
import { bannedGlobals, plantedInTheRings, type PlantedSource } from './planted-lint-violations.ts';

const root = resolve(import.meta.dirname, '../..');
const plants = [...plantedInTheRings, ...plantedPromisesAndTypes, ...plantedHabits];

const pathOf = (plant: PlantedSource, kind: 'refused' | 'accepted'): string => {
  const folder = plant.folder ?? 'src/adapters/planted';
  const number = plants.indexOf(plant);
  if (kind === 'refused' && plant.refusedName !== undefined) return `${folder}/${plant.refusedName}.ts`;
  return `${folder}/${kind}-${number}.ts`;
};

let tree = '';
const reported = new Map<string, readonly Linter.LintMessage[]>();

const write = async (path: string, text: string): Promise<void> => {
  await mkdir(dirname(join(tree, path)), { recursive: true });
  await writeFile(join(tree, path), text);
};

beforeAll(async () => {
  tree = await mkdtemp(join(tmpdir(), 'planted-'));
  await symlink(join(root, 'node_modules'), join(tree, 'node_modules'));
  await cp(join(root, 'tsconfig.json'), join(tree, 'tsconfig.json'));
  await cp(join(root, 'src/domain/values'), join(tree, 'src/domain/values'), { recursive: true });
  const configuration = pathToFileURL(join(root, 'eslint-rules/configuration.ts')).href;
  await write('eslint.config.js', `import { configurationFor } from '${configuration}';\nexport default configurationFor(import.meta.dirname);\n`);
  await write('package.json', '{ "type": "module" }\n');
  for (const plant of plants) {
    await write(pathOf(plant, 'refused'), plant.refused);
    await write(pathOf(plant, 'accepted'), plant.accepted);
  }
  for (const { filePath, messages } of await new ESLint({ cwd: tree }).lintFiles(['src'])) {
    reported.set(filePath.slice(tree.length + 1), messages);
  }
}, 120_000);

afterAll(() => rm(tree, { recursive: true, force: true }));

const rulesReported = (path: string): readonly (string | null)[] => (reported.get(path) ?? []).map(({ ruleId }) => ruleId);

describe('the lint rules', () => {
  test.for(plants.map((plant) => [plant.title, plant] as const))('refuse %s', ([, plant]) => {
    expect(rulesReported(pathOf(plant, 'refused'))).toContain(plant.rule);
    expect(rulesReported(pathOf(plant, 'accepted'))).toEqual([]);
  });

  test('have a planted violation for each rule the house adds', () => {
    const added = configurationFor(root)
      .filter(({ name }) => name !== undefined && !name.startsWith('typescript-eslint/'))
      .flatMap(({ rules }) => Object.entries(rules ?? {}))
      .filter(([, level]) => level !== 'off')
      .map(([rule]) => rule);
    const planted = new Set(plants.map(({ rule }) => rule));
    expect(added.filter((rule) => !planted.has(rule))).toEqual([]);
    expect(added.length).toBeGreaterThan(20);
  });

  test('have a planted violation for each banned global and property', () => {
    const [, ...globals] = pureRingRules['no-restricted-globals'];
    const [, ...properties] = pureRingRules['no-restricted-properties'];
    const planted = (name: string): boolean => plants.some(({ refused }) => refused.includes(name));
    expect(globals.map((entry) => entry.name).sort()).toEqual([...bannedGlobals].sort());
    expect(properties.filter(({ object, property }) => !planted(object === undefined ? property : `${object}.${property}`))).toEqual([]);
  });
});
