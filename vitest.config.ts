import { availableParallelism } from 'node:os';
import process from 'node:process';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';

const cores = Math.min(8, Math.max(2, availableParallelism()));
/** Tests that wait for processes, servers and pauses leave two workers' cores idle for a good part. */
const waitingWorkers = 3;
const postgres = './test/support/postgres-global-setup.ts';
const unitFolders = ['domain', 'application', 'architecture', 'composition', 'simulator'];
const ownFolders = ['e2e', 'browser', 'long', 'containers', 'monitoring'];
/** What is asked of an event store is asked of the one in a container too. */
const storeFolders = ['adapters/event-store'];

/** A suite is a folder below `test/`: every `*.test.ts` in it belongs to the suite. Groups run one after the other. */
const suite = (
  name: string,
  groupOrder: number,
  options: { include: string[]; exclude?: string[]; setup?: string; maxWorkers: number; testTimeout?: number },
): TestProjectConfiguration => ({
  extends: true,
  test: {
    name,
    include: options.include,
    exclude: ['**/node_modules/**', ...(options.exclude ?? [])],
    globalSetup: options.setup === undefined ? [] : [options.setup],
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
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
    reporters: reportFile === undefined ? ['default'] : ['default', ['json', { outputFile: reportFile }]],
    projects: [
      suite('unit', 0, { include: filesOf(unitFolders), maxWorkers: cores }),
      suite('integration', 1, {
        include: ['test/**/*.test.ts'],
        exclude: filesOf([...unitFolders, ...ownFolders]),
        setup: postgres,
        maxWorkers: Math.max(cores, waitingWorkers),
      }),
      suite('e2e', 2, { include: filesOf(['e2e']), setup: postgres, maxWorkers: waitingWorkers, testTimeout: 120_000 }),
      suite('browser', 3, { include: filesOf(['browser']), setup: postgres, maxWorkers: 1, testTimeout: 120_000 }),
      suite('long', 4, { include: filesOf(['long']), setup: postgres, maxWorkers: 1, testTimeout: 1_800_000 }),
      suite('containers', 5, { include: filesOf(['containers', ...storeFolders]), setup: './test/containers/engine.ts', maxWorkers: 2, testTimeout: 180_000 }),
      suite('monitoring', 6, { include: filesOf(['monitoring']), setup: postgres, maxWorkers: 1, testTimeout: 120_000 }),
    ],
  },
});
