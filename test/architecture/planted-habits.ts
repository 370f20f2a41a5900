import type { PlantedSource } from './planted-lint-violations.ts';

const work = 'export const work = async (): Promise<number> => Promise.resolve(1);\n';

const plant = (rule: string, title: string, refused: string, accepted: string, folder?: string): PlantedSource => ({
  rule,
  title,
  refused,
  accepted,
  ...(folder === undefined ? {} : { folder }),
});

const typescript = (rule: string, title: string, refused: string, accepted: string) =>
  plant(`@typescript-eslint/${rule}`, title, refused, accepted);

const caught = `${work}export const begin = async (): Promise<number> => {
  try {
    return await work();
  } catch {
    return 0;
  }
};
`;

/** Promises nobody waits for, and types that say less than they could. */
export const plantedPromisesAndTypes: readonly PlantedSource[] = [
  typescript('no-floating-promises', 'a floating promise', `${work}export const begin = (): void => {\n  work();\n};\n`, caught),
  typescript('no-floating-promises', 'a voided promise', `${work}export const begin = (): void => {\n  void work();\n};\n`, caught),
  typescript('no-misused-promises', 'a promise as a condition', `${work}export const busy = (): string => (work() ? 'yes' : 'no');\n`, caught),
  typescript('no-misused-promises', 'a promise where nothing is expected', `${work}[1].forEach(async () => work());\n`, caught),
  typescript('return-await', 'a promise that escapes its try', caught.replace('return await', 'return'), caught),
  plant(
    'no-promise-executor-return',
    'an executor that returns',
    'export const wait = new Promise<void>((resolve) => setTimeout(resolve, 1));\n',
    'export const wait = new Promise<void>((resolve) => {\n  setTimeout(resolve, 1);\n});\n',
  ),
  typescript(
    'switch-exhaustiveness-check',
    'a forgotten case',
    "export const say = (a: 'x' | 'y'): void => {\n  switch (a) {\n    case 'x':\n      break;\n  }\n};\n",
    "export const say = (a: 'x'): void => {\n  switch (a) {\n    case 'x':\n      break;\n  }\n};\n",
  ),
  typescript(
    'consistent-type-imports',
    'a type imported as a value',
    "import { Server } from 'node:http';\nexport type S = Server;\n",
    "import type { Server } from 'node:http';\nexport type S = Server;\n",
  ),
  typescript('no-explicit-any', 'any', 'export type Loose = any;\n', 'export type Loose = unknown;\n'),
  typescript(
    'no-non-null-assertion',
    'an exclamation mark for hope',
    'export const first = (list: readonly string[]): string => list[0]!;\n',
    "export const first = (list: readonly string[]): string => list[0] ?? '';\n",
  ),
  typescript('no-unused-vars', 'a value nobody uses', 'const left = 1;\nexport {};\n', 'export const left = 1;\n'),
  typescript(
    'restrict-template-expressions',
    'an object in a text',
    'export const say = (what: object): string => `${what}`;\n',
    'export const say = (what: number): string => `${what}`;\n',
  ),
  typescript(
    'no-deprecated',
    'a deprecated call',
    '/** @deprecated by its successor */\nexport const old = (): number => 1;\nexport const now = old();\n',
    'export const now = 1;\n',
  ),
  typescript(
    'ban-ts-comment',
    'a silenced compiler',
    '// @ts-ignore\nexport const wrong: number = 1;\n',
    'export const right: number = 1;\n',
  ),
];

const one = 'export const one = 1;\n';

/** Plain habits, and the way to switch a rule off that leads nowhere. */
export const plantedHabits: readonly PlantedSource[] = [
  plant('eqeqeq', 'a loose comparison', 'export const same = (a: number, b: number): boolean => a == b;\n', one),
  plant('no-var', 'var', 'export var one = 1;\n', one),
  plant('prefer-const', 'let that never changes', 'let one = 1;\nexport const two = one + 1;\n', one),
  plant('no-param-reassign', 'an overwritten parameter', 'export const f = (a: number): number => {\n  a = 1;\n  return a;\n};\n', one),
  plant('no-constant-condition', 'a condition that never changes', "export const f = (): string => (1 ? 'a' : 'b');\n", one),
  plant('no-empty', 'an empty block', 'export const f = (on: boolean): void => {\n  if (on) {\n  }\n};\n', one),
  plant('no-self-compare', 'a value compared with itself', 'export const f = (a: number): boolean => a === a;\n', one),
  plant('no-unreachable-loop', 'a loop that runs once', 'export const f = (): number => {\n  while (true) {\n    return 1;\n  }\n};\n', one),
  plant(
    'no-unsafe-finally',
    'a finally that swallows',
    'export const f = (): number => {\n  try {\n    return 1;\n  } finally {\n    return 2;\n  }\n};\n',
    one,
  ),
  plant('max-lines', 'a file of 251 lines', `${'export {};\n'.repeat(251)}`, `${'export {};\n'.repeat(250)}`),
  plant('no-console', 'console in an adapter', "console.log('here');\n", one, 'src/adapters/http'),
  plant('no-console', 'a rule switched off in place', "// eslint-disable-next-line no-console\nconsole.log('here');\n", one, 'src/adapters/http'),
  plant(
    'no-restricted-properties',
    'a Result unwrapped by force',
    "import { ok } from 'neverthrow';\nexport const one = ok(1)._unsafeUnwrap();\n",
    one,
    'src/adapters/http',
  ),
];
