import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/adapters/embedded-postgres/launcher.ts';
import { backUpDatabase, restoreDatabase, type DatabaseBackup } from '../support/database-backup.ts';
import { startStandIn } from '../support/eventstoredb-stand-in/start.ts';
import { runCommand, spawnService, temporaryDirectory } from '../support/service-process.ts';
import { createWireWorld, type WireWorld } from '../support/wire-world.ts';

const patience = { timeout: 30_000, interval: 100 };
const service = { authorization: 'Bearer dev' };
const fence = z.object({ connection_id: z.string(), because: z.string() });

let world: WireWorld;
let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
let cluster: EmbeddedPostgres;
let backup: DatabaseBackup;
let ada: string;
let bob: string;

const elsewhere = () => ({ DATABASE_URL: cluster.url });
const here = (...args: readonly string[]) => runCommand(world.environment, args);
const there = (...args: readonly string[]) => runCommand({ ...world.environment, ...elsewhere() }, args);
const erasures = () => join(folder.path, 'erasures.ndjson');

/** Ada and Bob connect; then comes the backup; then Ada is erased and Carol connects. */
beforeAll(async () => {
  world = await createWireWorld({ EVENT_STORE_URL: '' });
  folder = await temporaryDirectory();
  const started = await startEmbeddedPostgres({ dataDir: join(folder.path, 'cluster'), settings: { fsync: 'off' } });
  cluster = started._unsafeUnwrap();
  const replica = await world.start();
  const connect = async (user: string): Promise<string> => {
    await world.tiktok.addAccount(user);
    await replica.person(user).connect({ account: user });
    return (await replica.person(user).connections())[0]?.id ?? '';
  };
  [ada, bob] = [await connect('restored-ada'), await connect('restored-bob')];
  backup = await backUpDatabase(world.database.url);
  expect((await here('erase', ada)).code).toBe(0);
  await vi.waitFor(async () => {
    const { output } = await here('erasures', 'export');
    await writeFile(erasures(), output);
    const fences = output.split('\n').filter((line) => line !== '').map((line) => fence.parse(JSON.parse(line)));
    expect(fences).toEqual(expect.arrayContaining([{ connection_id: ada, because: 'erased' }]));
  }, patience);
  await connect('restored-carol');
  expect(await replica.stop()).toBe(0);
}, 120_000);
afterAll(async () => {
  await world.close();
  await cluster.stop();
  await folder.remove();
});

describe('a backup restored into another cluster', () => {
  it('stops the start with the remedy, until that was done', async () => {
    expect((await there('migrate')).code).toBe(0);
    await restoreDatabase(cluster.url, backup);
    const refused = await spawnService({ ...world.environment, ...elsewhere() });
    expect((await refused.ended).code).not.toBe(0);
    expect(refused.errors()).toContain('migrate --adopt-cluster');
    expect(JSON.parse((await there('doctor', '--json')).output)).toMatchObject({ status: 'fail' });
    const adopted = await there('migrate', '--adopt-cluster', '--json');
    expect([adopted.code, JSON.parse(adopted.output)]).toEqual([0, { applied: [], newer: [], cluster: 'adopted' }]);
  }, 60_000);

  it('serves who was there, and nobody who was erased since: their keys are gone before it is ready', async () => {
    const before = await there('erasures', 'reapply', erasures(), '--dry-run', '--json');
    expect(JSON.parse(before.output)).toMatchObject({ dry_run: true });
    expect(JSON.parse(before.output)).not.toMatchObject({ would_reapply: 0 });
    expect((await there('erasures', 'reapply', erasures())).code).toBe(0);
    const replica = await world.start(elsewhere());
    const keys = await there('erasures', 'reapply', erasures(), '--dry-run', '--json');
    expect(JSON.parse(keys.output)).toMatchObject({ would_reapply: 0 });
    await expect.poll(async () => (await replica.person('restored-bob').connections()).map(({ id }) => id), patience).toEqual([bob]);
    const token = await replica.wire.call({ method: 'POST', url: `/v1/connections/${bob}/access-token`, headers: service, body: {} });
    expect(token.status).toBe(200);
    const erased = await replica.wire.call({ url: `/v1/connections/${ada}`, headers: service });
    expect(erased.json()).toMatchObject({ status: 'disconnected', tiktok: { open_id: null, display_name: null } });
    expect(await replica.person('restored-ada').connections()).toEqual([]);
    expect(await replica.person('restored-carol').connections()).toEqual([]);
    await expect.poll(async () => (await there('verify', '--json')).code, patience).toBe(0);
  }, 90_000);

  it('goes on where the backup ends', async () => {
    const replica = await world.start(elsewhere());
    expect((await replica.person('restored-carol').connect({ account: 'restored-carol' })).location().search).toContain('tiktok_success');
    expect((await replica.person('restored-bob').unbind(bob)).status).toBe(200);
    await expect.poll(async () => (await replica.person('restored-bob').connections()).length, patience).toBe(0);
    expect((await there('verify', '--json')).code).toBe(0);
  }, 60_000);
});

it('projections that followed another event store stop the start with the remedy, and `rebuild` is one', async () => {
  const store = await startStandIn();
  const environment = { ...world.environment, EVENT_STORE_URL: store.url };
  const refused = await spawnService(environment);
  expect((await refused.ended).code).not.toBe(0);
  expect(refused.errors()).toMatch(/followed another event store .*`rebuild`/);
  expect((await runCommand(environment, ['rebuild'])).code).toBe(0);
  const moved = await world.start({ EVENT_STORE_URL: store.url });
  expect(await moved.stop()).toBe(0);
  await store.stop();
}, 60_000);
