import { describe, expect, test } from 'vitest';
import { countsOf } from '../../.ci/counts.ts';

const file = (status: string, ...outcomes: string[]) => ({ status, assertionResults: outcomes.map((outcome) => ({ status: outcome })) });
const report = (success: boolean, ...testResults: object[]): string => JSON.stringify({ success, testResults });

describe('the counts of a test run', () => {
  test('are those of its tests', () => {
    expect(countsOf(report(false, file('passed', 'passed', 'passed'), file('failed', 'passed', 'failed')))).toEqual({ passed: 3, failed: 1 });
  });

  test('have a failure for a file that could not be loaded', () => {
    expect(countsOf(report(false, file('passed', 'passed'), file('failed')))).toEqual({ passed: 1, failed: 1 });
  });

  test('have a failure for each test that was left out', () => {
    expect(countsOf(report(true, file('passed', 'passed', 'skipped', 'todo')))).toEqual({ passed: 1, failed: 2 });
  });

  test('have a failure for a run that failed beside its tests', () => {
    expect(countsOf(report(false, file('passed', 'passed')))).toEqual({ passed: 1, failed: 1 });
  });

  test('have a failure for a run without tests', () => {
    expect(countsOf(report(true))).toEqual({ passed: 0, failed: 1 });
  });

  test.for(['', 'null', '{}', '{"success":true,"testResults":[{"status":"fine","assertionResults":[]}]}'])(
    'are refused to a text that is no report: %j',
    (text) => {
      expect(() => countsOf(text)).toThrow();
    },
  );
});
