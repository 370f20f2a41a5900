import process from 'node:process';
import { expect, test } from 'vitest';

test('the tests run under Node 24, whatever Node the machine has', () => {
  expect(process.versions.node).toMatch(/^24\./);
});
