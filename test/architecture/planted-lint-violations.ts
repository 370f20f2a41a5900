/** A source that must be refused by `rule`, and the same thought written so that it is not. */
export interface PlantedSource {
  readonly rule: string;
  readonly title: string;
  readonly refused: string;
  readonly accepted: string;
  /** Folder of the planted file; file names are given by the test unless named here. */
  readonly folder?: string;
  readonly refusedName?: string;
}

const results = `import { errAsync, ok, okAsync, type Result, type ResultAsync } from 'neverthrow';
export const save = (): Result<number, string> => ok(1);
export const saveLater = (): ResultAsync<number, string> => errAsync('full');
export const savePromised = async (): Promise<Result<number, string>> => saveLater();
export const maybe = (on: boolean): Result<number, string> | undefined => (on ? ok(1) : undefined);
export const never = okAsync;
`;

const used = `${results}export const used = (): Result<number, string> => save().map((saved) => saved + 1);\n`;

const dropped = (title: string, body: string): PlantedSource => ({
  rule: 'house/no-unused-result',
  title,
  refused: `${results}export const drop = async (): Promise<void> => {\n  await Promise.resolve();\n  ${body}\n};\n`,
  accepted: used,
});

const pure = (rule: string, title: string, refused: string, accepted = 'export const at = (now: number): Date => new Date(now);\n') => [
  { rule, title: `${title} in the domain`, refused, accepted, folder: 'src/domain/planted' },
  { rule, title: `${title} in the application`, refused, accepted, folder: 'src/application/planted' },
];

export const bannedGlobals = [
  'performance', 'crypto', 'Crypto', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'process', 'navigator',
  'fetch', 'WebSocket', 'EventSource', 'console', 'globalThis', 'global', 'self',
];

const own: readonly PlantedSource[] = [
  dropped('a dropped Result', 'save();'),
  dropped('a dropped ResultAsync', 'saveLater();'),
  dropped('an awaited ResultAsync', 'await saveLater();'),
  dropped('an awaited promise of a Result', 'await savePromised();'),
  dropped('a voided promise of a Result', 'void savePromised();'),
  dropped('a Result mapped and then dropped', 'save().map((saved) => saved + 1);'),
  dropped('a Result that may be undefined', 'maybe(true);'),
  dropped('a list of Results', 'await Promise.all([savePromised(), saveLater()]);'),
  {
    rule: 'house/brand-constructors-only',
    title: 'an assertion',
    refused: 'export const parsed = (text: unknown): string => text as string;\n',
    accepted: "export const parsed = (text: unknown): string => (typeof text === 'string' ? text : '');\n",
  },
  {
    rule: 'house/brand-constructors-only',
    title: 'an assertion in angle brackets',
    refused: 'export const parsed = (text: unknown): string => <string>text;\n',
    accepted: "export const kinds = ['a', 'b'] as const;\n",
  },
  {
    rule: 'house/brand-constructors-only',
    title: 'a brand asserted outside the file that declares it',
    refused: "import type { Instant } from './instant.ts';\nexport const forged = (text: string): Instant => text as Instant;\n",
    accepted: "import type { Brand } from './brand.ts';\nexport type Id = Brand<string, 'Id'>;\nexport const id = (text: string): Id => text as Id;\n",
    folder: 'src/domain/values',
  },
  {
    rule: 'house/telling-file-names',
    title: 'a file name that is not kebab-case',
    refused: 'export const one = 1;\n',
    accepted: 'export const one = 1;\n',
    refusedName: 'notKebab',
  },
  ...['utils', 'string-helpers', 'token-manager', 'common', 'base', 'misc'].map((name) => ({
    rule: 'house/telling-file-names',
    title: `a file named ${name}`,
    refused: 'export const one = 1;\n',
    accepted: 'export const one = 1;\n',
    refusedName: name,
  })),
];

const pureRings: readonly PlantedSource[] = [
  ...pure('no-restricted-properties', 'Date.now', 'export const now = Date.now();\n'),
  ...pure('no-restricted-properties', 'Date.now by destructuring', 'const { now } = Date;\nexport const at = now;\n'),
  ...pure('no-restricted-properties', 'Math.random', 'export const chance = Math.random();\n'),
  ...pure('no-restricted-properties', 'AbortSignal.timeout', 'export const limit = AbortSignal.timeout(1);\n'),
  ...pure('no-restricted-properties', 'Temporal.Now', 'declare const Temporal: { Now: unknown };\nexport const now = Temporal.Now;\n'),
  ...pure(
    'no-restricted-properties',
    'a Result unwrapped by force',
    "import { err, ok } from 'neverthrow';\nexport const sum = [ok(1)._unsafeUnwrap(), err(1)._unsafeUnwrapErr()];\n",
  ),
  ...pure('no-restricted-properties', 'crypto.randomUUID', 'export const id = crypto.randomUUID();\n').map((plant) => ({
    ...plant,
    rule: 'no-restricted-globals',
  })),
  ...pure('no-restricted-syntax', 'new Date()', 'export const now = new Date();\n'),
  ...pure('no-restricted-syntax', 'Date()', 'export const now = Date();\n'),
  ...pure('no-restricted-syntax', 'throw', "export const refuse = (): never => {\n  throw new Error('no');\n};\n"),
  ...bannedGlobals.flatMap((name) => pure('no-restricted-globals', name, `export const planted: unknown = ${name};\n`)),
];

export const plantedInTheRings: readonly PlantedSource[] = [...own, ...pureRings];
