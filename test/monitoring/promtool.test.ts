import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { alertRules, rulesFolder } from '../support/alert-rules.ts';

type Run = Readonly<{ exit: number | string | null | undefined; output: string }>;

const promtool = (args: readonly string[], cwd = rulesFolder): Promise<Run> =>
  new Promise((done) => {
    execFile('promtool', [...args], { cwd }, (failure, stdout, stderr) => done({ exit: failure === null ? 0 : failure.code, output: `${stdout}${stderr}` }));
  });

beforeAll(async () => {
  const { exit } = await promtool(['--version']);
  if (exit === 'ENOENT') throw new Error('promtool is not installed: it comes with Prometheus (Debian: apt-get install prometheus)');
});

describe('by the word of promtool', () => {
  test('the rules are rules, and the configuration that names them is one', async () => {
    expect(await promtool(['check', 'rules', 'alerts.yml'])).toMatchObject({ exit: 0 });
    expect(await promtool(['check', 'config', 'prometheus.yml'])).toMatchObject({ exit: 0 });
  });

  test('each alert fires on what it is about, and none on a quiet day', async () => {
    expect(await promtool(['test', 'rules', 'alerts.test.yml'])).toMatchObject({ exit: 0 });
    const tried = await readFile(join(rulesFolder, 'alerts.test.yml'), 'utf8');
    const firing = [...tried.matchAll(/alertname="(\w+)",alertstate="firing"/g)].map(([, name]) => name);
    expect(firing.toSorted()).toEqual((await alertRules()).map(({ alert }) => alert).toSorted());
  });

  test('an alert that no longer fires is noticed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rules-'));
    await cp(rulesFolder, folder, { recursive: true });
    const rules = await readFile(join(folder, 'alerts.yml'), 'utf8');
    await writeFile(join(folder, 'alerts.yml'), rules.replace('refreshing_stopped{because="configuration"}) == 1', 'refreshing_stopped{because="configuration"}) == 2'));
    const { exit, output } = await promtool(['test', 'rules', 'alerts.test.yml'], folder);
    await rm(folder, { recursive: true });
    expect(exit).not.toBe(0);
    expect(output).toContain('RefreshingStoppedByConfiguration');
  });
});
