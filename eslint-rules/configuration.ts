import type { TSESLint } from '@typescript-eslint/utils';
import tseslint from 'typescript-eslint';
import { brandConstructorsOnly } from './brand-constructors-only.ts';
import { noUnusedResult } from './no-unused-result.ts';
import { neverthrowEscapes, pureRingRules } from './pure-rings.ts';
import { tellingFileNames } from './telling-file-names.ts';

type Rules = TSESLint.FlatConfig.Rules;

const house = {
  rules: {
    'brand-constructors-only': brandConstructorsOnly,
    'no-unused-result': noUnusedResult,
    'telling-file-names': tellingFileNames,
  },
};

const typescript = ['**/*.ts'];

const promises = {
  '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: false }],
  '@typescript-eslint/no-misused-promises': 'error',
  '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
  '@typescript-eslint/require-await': 'off',
  'no-promise-executor-return': 'error',
} satisfies Rules;

const types = {
  '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
  '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
  '@typescript-eslint/no-explicit-any': 'error',
  '@typescript-eslint/no-non-null-assertion': 'error',
  '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
  '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
  '@typescript-eslint/no-deprecated': 'error',
  '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': 'allow-with-description' }],
} satisfies Rules;

const habits = {
  eqeqeq: 'error',
  'no-var': 'error',
  'prefer-const': 'error',
  'no-param-reassign': 'error',
  'no-constant-condition': ['error', { checkLoops: 'allExceptWhileTrue' }],
  'no-empty': 'error',
  'no-self-compare': 'error',
  'no-unreachable-loop': 'error',
  'no-unsafe-finally': 'error',
  'max-lines': ['error', { max: 250 }],
  'house/telling-file-names': 'error',
  'house/brand-constructors-only': 'error',
  'house/no-unused-result': 'error',
} satisfies Rules;

const inside = (...folders: string[]) => folders.map((folder) => `src/${folder}/**/*.ts`);

/** @param root the folder that holds `src`, `test` and the rest, with a `tsconfig.json` */
export const configurationFor = (root: string): TSESLint.FlatConfig.ConfigArray => [
  { ignores: ['node_modules/', '.tmp/', 'data/', 'coverage/', 'bench/node_modules/', 'src/**/*.js', 'eslint.config.js'] },
  ...tseslint.configs.recommendedTypeChecked.map((config) => ({ ...config, files: typescript })),
  {
    name: 'every file',
    files: typescript,
    plugins: { house },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: root } },
    linterOptions: { noInlineConfig: true },
    rules: { ...promises, ...types, ...habits },
  },
  {
    name: 'src',
    files: ['src/**/*.ts'],
    rules: { 'no-console': 'error', 'no-restricted-properties': ['error', ...neverthrowEscapes] },
  },
  {
    name: 'where a person reads the terminal',
    files: ['src/main.ts', ...inside('adapters/cli', 'composition')],
    rules: { 'no-console': 'off' },
  },
  { name: 'the pure rings', files: inside('domain', 'application'), rules: pureRingRules },
];
