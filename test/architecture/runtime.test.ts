import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import process from 'node:process';
import { expect, test } from 'vitest';

test('the tests run under Node 24, whatever Node the machine has', () => {
  expect(process.versions.node).toMatch(/^24\./);
});

test('the image starts Node with the flags and the variables that `npm start` gives it', async () => {
  const start = /"start": "(.*) exec node (.*) src\/main\.ts serve"/.exec(await readFile(resolve(import.meta.dirname, '../../package.json'), 'utf8'));
  const image = await readFile(resolve(import.meta.dirname, '../../Dockerfile'), 'utf8');
  const given = /^ENV NODE_OPTIONS="(.*)" (\S+)$/m.exec(image);
  expect(start?.[2]).toMatch(/^--\S/);
  expect(given?.[1]).toBe(start?.[2]);
  // What is compiled is kept in another place there.
  expect(image).toMatch(/^ENV NODE_COMPILE_CACHE=\/app\/\S+$/m);
  expect(start?.[1]).toBe(`NODE_COMPILE_CACHE=node_modules/.cache/compiled ${given?.[2] ?? ''}`);
});
