import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { alertRules, dashboardQueries, rulesFolder } from '../support/alert-rules.ts';
import { freePort, killLeftovers, temporaryDirectory } from '../support/service-process.ts';
import { createWireWorld, type WireWorld } from '../support/wire-world.ts';

const patient = { timeout: 60_000, interval: 200 };
const answer = z.object({ status: z.string(), data: z.unknown() });
const targets = z.object({ activeTargets: z.array(z.object({ health: z.string(), lastError: z.string() })) });
const groups = z.object({ groups: z.array(z.object({ rules: z.array(z.object({ name: z.string(), health: z.string(), state: z.string(), lastError: z.string().optional() })) })) });
const samples = z.object({ result: z.array(z.unknown()) });

let world: WireWorld;
let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
let prometheus: ChildProcess;
let address: string;

/** The configuration of this repository, looking at these ports, every second. */
const configure = async (ports: readonly number[]): Promise<string> => {
  await cp(rulesFolder, folder.path, { recursive: true });
  const file = join(folder.path, 'prometheus.yml');
  const shipped = await readFile(file, 'utf8');
  const here = `static_configs:\n      - targets: [${ports.map((port) => `'127.0.0.1:${port}'`).join(', ')}]\n`;
  const changed = shipped.replaceAll(/_interval: 15s/g, '_interval: 1s').replace(/dns_sd_configs:[^]*$/, here);
  expect(changed).toContain(here);
  await writeFile(file, changed);
  return file;
};

const ask = async (path: string): Promise<unknown> => {
  const { status, data } = answer.parse(await (await fetch(`${address}/api/v1/${path}`)).json());
  expect(status, path).toBe('success');
  return data;
};

beforeAll(async () => {
  folder = await temporaryDirectory();
  world = await createWireWorld();
  const ports = [await freePort(), await freePort()];
  await Promise.all(ports.map((port) => world.start({ METRICS_PORT: String(port) })));
  const file = await configure(ports);
  address = `http://127.0.0.1:${await freePort()}`;
  const flags = [`--config.file=${file}`, `--storage.tsdb.path=${join(folder.path, 'data')}`, `--web.listen-address=${new URL(address).host}`];
  prometheus = spawn('prometheus', flags, { stdio: 'ignore' });
  await once(prometheus, 'spawn');
  await vi.waitFor(async () => expect((await fetch(`${address}/-/ready`)).ok).toBe(true), patient);
});
afterAll(async () => {
  const gone = once(prometheus, 'exit');
  prometheus.kill('SIGTERM');
  await gone;
  await killLeftovers();
  await world.close();
  await folder.remove();
});

test('Prometheus finds every replica up', async () => {
  const up = async () => targets.parse(await ask('targets')).activeTargets;
  await expect.poll(up, patient).toEqual([{ health: 'up', lastError: '' }, { health: 'up', lastError: '' }]);
});

test('it judges every alert, and none fires', async () => {
  const judged = async () => groups.parse(await ask('rules')).groups.flatMap(({ rules }) => rules);
  const expected = (await alertRules()).map(({ alert }) => `${alert} ok`).toSorted();
  await expect.poll(async () => (await judged()).map(({ name, health }) => `${name} ${health}`).toSorted(), patient).toEqual(expected);
  expect((await judged()).filter(({ state, lastError = '' }) => state === 'firing' || lastError !== '')).toEqual([]);
});

test('it answers every question of the dashboard', async () => {
  const asked = (await dashboardQueries()).filter(({ title }) => !title.startsWith('variable '));
  for (const { title, expr } of asked) {
    const query = expr.replaceAll('$__rate_interval', '1m').replaceAll(/\$\w+/g, '.*');
    expect(samples.safeParse(await ask(`query?query=${encodeURIComponent(query)}`)).success, title).toBe(true);
  }
  const { result } = samples.parse(await ask(`query?query=${encodeURIComponent('sum(tiktok_connections_projection_driving)')}`));
  expect(result).toHaveLength(1);
});
