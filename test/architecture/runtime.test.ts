import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import process from 'node:process';
import { expect, test } from 'vitest';

test('the tests run under Node 24, whatever Node the machine has', () => {
  expect(process.versions.node).toMatch(/^24\./);
});

test('the image starts Node with the flags that `npm start` gives it', async () => {
  const start = /"start": "exec node (.*) src\/main\.ts serve"/.exec(await readFile(resolve(import.meta.dirname, '../../package.json'), 'utf8'));
  const options = /^ENV NODE_OPTIONS=(.*)$/m.exec(await readFile(resolve(import.meta.dirname, '../../Dockerfile'), 'utf8'));
  expect(start?.[1]).toMatch(/^--\S/);
  expect(options?.[1]).toBe(start?.[1]);
});
