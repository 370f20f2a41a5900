import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { alertRules, checkout } from '../support/alert-rules.ts';

const folder = join(checkout, 'docs/runbooks');
const pages = async (): Promise<readonly string[]> => (await readdir(folder)).filter((name) => name !== 'README.md').toSorted();

test('each alert names a page of its own, and each page has its alert', async () => {
  const named = (await alertRules()).map(({ annotations }) => annotations.runbook);
  expect(named.toSorted()).toEqual((await pages()).map((name) => `docs/runbooks/${name}`));
  expect(new Set(named).size).toBe(named.length);
});

test('a page is about its alert: its name, its severity, what it means, where to look, what to do', async () => {
  for (const { alert, labels, annotations } of await alertRules()) {
    const page = await readFile(join(checkout, annotations.runbook), 'utf8');
    expect(page.split('\n')[0]).toBe(`# ${alert}`);
    expect(page).toContain(`Severity: ${labels.severity}`);
    const sections = page.split(/^## /m).slice(1);
    expect(sections.map((section) => section.split('\n')[0])).toEqual(['What it means', 'Where to look', 'What to do']);
    for (const section of sections) expect(section.split('\n').slice(1).join('').length).toBeGreaterThan(30);
  }
});

test('what pages link to is there, and the list of pages is whole', async () => {
  const names = await pages();
  for (const name of ['README.md', ...names]) {
    const links = [...(await readFile(join(folder, name), 'utf8')).matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target);
    expect(links.filter((target) => !names.includes(target))).toEqual([]);
    if (name === 'README.md') expect(links.toSorted()).toEqual(names);
  }
});
