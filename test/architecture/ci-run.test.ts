import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

const report = (...outcomes: string[]): string => {
  const status = outcomes.includes('failed') ? 'failed' : 'passed';
  const assertionResults = outcomes.map((outcome) => ({ status: outcome }));
  return JSON.stringify({ success: status === 'passed', testResults: [{ status, assertionResults }] });
};

/** What the stand-in for npm does: how a command ends, and the report it leaves (if any). */
type Script = Readonly<Record<string, Readonly<{ exit: number; report?: string }>>>;

const green: Script = { test: { exit: 0, report: report('passed', 'passed', 'passed') } };

let tree = '';

const standIn = (name: string, body: string): Promise<void> =>
  writeFile(join(tree, 'bin', name), `#!/bin/bash\n${body}`, { mode: 0o755 });

const standInForNpm = (script: Script): Promise<void> => {
  const cases = Object.entries(script).map(([command, outcome]) => {
    const leave = outcome.report === undefined ? '' : `printf '%s' '${outcome.report}' > "$TEST_REPORT"; `;
    return `'${command}') ${leave}exit ${outcome.exit};;\n`;
  });
  return standIn('npm', `case "$*" in\n${cases.join('')}esac\nexit 0\n`);
};

const run = (): Promise<{ last: string; exit: number | string | null | undefined }> =>
  new Promise((done) => {
    const env = { ...process.env, PATH: `${join(tree, 'bin')}:${process.env['PATH'] ?? ''}` };
    execFile(join(tree, '.ci/run'), { env }, (failure, stdout) => {
      done({ last: stdout.trimEnd().split('\n').at(-1) ?? '', exit: failure === null ? 0 : failure.code });
    });
  });

const runWith = async (script: Script) => {
  await standInForNpm(script);
  return run();
};

beforeEach(async () => {
  tree = await mkdtemp(join(tmpdir(), 'ci-run-'));
  await cp(join(root, '.ci'), join(tree, '.ci'), { recursive: true });
  await cp(join(root, 'package.json'), join(tree, 'package.json'));
  await chmod(join(tree, '.ci/run'), 0o755);
  await symlink(join(root, 'node_modules'), join(tree, 'node_modules'));
  await mkdir(join(tree, 'bin'));
  await standIn('chromium', '');
});

afterEach(() => rm(tree, { recursive: true, force: true }));

test('the counts of the real run are the last line', async () => {
  expect(await runWith(green)).toEqual({ last: '3 passed, 0 failed', exit: 0 });
});

test('browser and long tests are run and counted where there are some', async () => {
  for (const suite of ['browser', 'long']) {
    await mkdir(join(tree, 'test', suite, 'deep'), { recursive: true });
    await writeFile(join(tree, 'test', suite, 'deep', 'one.test.ts'), '');
  }
  const more = { exit: 0, report: report('passed') };
  expect(await runWith({ ...green, 'run test:browser': more, 'run test:long': more })).toEqual({ last: '5 passed, 0 failed', exit: 0 });
  expect(await runWith({ ...green, 'run test:browser': more })).toEqual({ last: '4 passed, 1 failed', exit: 1 });
});

test('the named part on EventStoreDB is run and counted where it is there', async () => {
  await mkdir(join(tree, 'test/support'), { recursive: true });
  await writeFile(join(tree, 'test/support/run-on-eventstoredb.ts'), '');
  const part = { exit: 0, report: report('passed', 'passed') };
  expect(await runWith({ ...green, 'run test:eventstoredb:named': part })).toEqual({ last: '5 passed, 0 failed', exit: 0 });
  expect(await runWith(green)).toEqual({ last: '3 passed, 1 failed', exit: 1 });
});

test('the container tests are run and counted where there are some, and an engine that does not start is a failure', async () => {
  await mkdir(join(tree, 'test/containers'), { recursive: true });
  await writeFile(join(tree, 'test/containers/one.test.ts'), '');
  const containers = (body: string): Promise<void> => writeFile(join(tree, '.ci/containers'), `#!/bin/bash\n${body}`, { mode: 0o755 });
  await containers(`printf '%s' '${report('passed', 'passed')}' > "$TEST_REPORT"`);
  expect(await runWith(green)).toEqual({ last: '5 passed, 0 failed', exit: 0 });
  await containers('exit 1');
  expect(await runWith(green)).toEqual({ last: '3 passed, 1 failed', exit: 1 });
});

test('a failed test fails the run', async () => {
  const test = { exit: 1, report: report('passed', 'failed') };
  expect(await runWith({ test })).toEqual({ last: '1 passed, 1 failed', exit: 1 });
});

test('a run that fails with every test passed is a failure', async () => {
  expect(await runWith({ test: { exit: 1, report: report('passed') } })).toEqual({ last: '1 passed, 1 failed', exit: 1 });
});

test('each failed gate is one failure, and the tests are counted all the same', async () => {
  const script = { ...green, test: { exit: 1 }, 'run lint': { exit: 1 }, 'run rules': { exit: 3 } };
  const suites = { exit: 0, report: report('passed', 'passed') };
  expect(await runWith({ ...script, 'run test:suites': suites })).toEqual({ last: '2 passed, 2 failed', exit: 1 });
});

test('a crashed runner is a failure', async () => {
  expect(await runWith({ test: { exit: 139 }, 'run test:suites': { exit: 139 } })).toEqual({ last: '0 passed, 1 failed', exit: 1 });
});

test('a run without any test is a failure', async () => {
  expect(await runWith({ test: { exit: 0, report: report() } })).toEqual({ last: '0 passed, 1 failed', exit: 1 });
});

test('an installation that fails is a failure', async () => {
  expect(await runWith({ ...green, ci: { exit: 1 } })).toEqual({ last: '0 passed, 1 failed', exit: 1 });
});
