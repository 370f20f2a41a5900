import { readFileSync } from 'node:fs';
import process from 'node:process';
import { z } from 'zod';

const status = z.enum(['passed', 'failed', 'skipped', 'pending', 'todo', 'disabled']);

const report = z.object({
  success: z.boolean(),
  testResults: z.array(z.object({ status, assertionResults: z.array(z.object({ status })) })),
});

export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

/**
 * What a JSON report of vitest counts. A file that could not be loaded or whose set-up failed is one failure, and so is each test
 * that was left out: nothing is skipped here on purpose.
 * @throws when the text is not such a report
 */
export const countsOf = (text: string): Counts => {
  const { success, testResults } = report.parse(JSON.parse(text));
  const outcomes = testResults.flatMap(({ assertionResults }) => assertionResults.map((assertion) => assertion.status));
  const passed = outcomes.filter((outcome) => outcome === 'passed').length;
  const broken = testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((assertion) => assertion.status === 'failed'),
  );
  const failed = outcomes.length - passed + broken.length;
  const isQuietFailure = failed === 0 && (!success || passed === 0);
  return { passed, failed: isQuietFailure ? 1 : failed };
};

if (import.meta.main) {
  const { passed, failed } = countsOf(readFileSync(process.argv[2] ?? '', 'utf8'));
  process.stdout.write(`${passed} ${failed}\n`);
}
