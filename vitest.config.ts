import { availableParallelism } from 'node:os';
import process from 'node:process';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';

const cores = Math.min(8, Math.max(2, availableParallelism()));
const postgres = './test/support/postgres-global-setup.ts';
const unitFolders = ['domain', 'application', 'architecture', 'composition', 'simulator'];
const ownFolders = ['e2e', 'browser', 'long'];

/** A suite is a folder below `test/`: every `*.test.ts` in it belongs to the suite. Groups run one after the other. */
const suite = (
  name: string,
  groupOrder: number,
  options: { include: string[]; exclude?: string[]; postgres: boolean; maxWorkers: number; testTimeout?: number },
): TestProjectConfiguration => ({
  extends: true,
  test: {
    name,
    include: options.include,
    exclude: ['**/node_modules/**', ...(options.exclude ?? [])],
    globalSetup: options.postgres ? [postgres] : [],
    maxWorkers: options.maxWorkers,
    testTimeout: options.testTimeout ?? 30_000,
    sequence: { groupOrder },
  },
});

const filesOf = (folders: readonly string[]): string[] => folders.map((folder) => `test/${folder}/**/*.test.ts`);

const reportFile = process.env['TEST_REPORT'];

export default defineConfig({
  test: {
    environment: 'node',
    pool: 'forks',
    allowOnly: false,
    // Real processes and sockets on a machine that others share: a test that fails there is asked once more, and named.
    retry: process.env['CI'] === undefined ? 0 : 2,
    hookTimeout: 60_000,
    teardownTimeout: 30_000,
    reporters: reportFile === undefined ? ['default'] : ['default', ['json', { outputFile: reportFile }]],
    projects: [
      suite('unit', 0, { include: filesOf(unitFolders), postgres: false, maxWorkers: cores }),
      suite('integration', 1, {
        include: ['test/**/*.test.ts'],
        exclude: filesOf([...unitFolders, ...ownFolders]),
        postgres: true,
        maxWorkers: cores,
      }),
      suite('e2e', 2, { include: filesOf(['e2e']), postgres: true, maxWorkers: 2, testTimeout: 120_000 }),
      suite('browser', 3, { include: filesOf(['browser']), postgres: true, maxWorkers: 1, testTimeout: 120_000 }),
      suite('long', 4, { include: filesOf(['long']), postgres: true, maxWorkers: 1, testTimeout: 1_800_000 }),
    ],
  },
});
