import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { startStandIn, type StandIn } from '../support/eventstoredb-stand-in/start.ts';
import { killLeftovers, runCommand } from '../support/service-process.ts';
import { outcomeOf } from '../support/wire-person.ts';
import { createWireWorld, type Replica, type WireWorld } from '../support/wire-world.ts';

let store: StandIn;
let world: WireWorld;
let service: Replica;

const patience = { timeout: 30_000, interval: 100 };
const count = z.object({ count: z.number() });
const problem = z.object({ code: z.string() });

const connect = async (user: string, replica = service): Promise<string> => {
  await world.tiktok.addAccount(user);
  const person = replica.person(user);
  expect(outcomeOf(await person.connect({ account: user }))).toBe('success');
  const [connection] = await person.connections();
  return connection?.id ?? '';
};

const isReady = async (): Promise<boolean> => (await service.wire.call({ url: '/readyz' })).status === 200;
const run = (...args: string[]) => runCommand(world.environment, args);

beforeAll(async () => {
  store = await startStandIn();
  world = await createWireWorld({ EVENT_STORE_URL: store.url });
  service = await world.start();
}, 120_000);

afterAll(async () => {
  await world.close();
  await killLeftovers();
  await store.stop();
});

test('an account is connected, its token handed out and the account unbound, with no event in PostgreSQL', async () => {
  const id = await connect('ada-on-the-other-store');
  const token = await service.wire.call({ method: 'POST', url: `/v1/connections/${id}/access-token`, headers: { authorization: 'Bearer dev' }, body: {} });
  expect(token.status).toBe(200);
  expect((await service.person('ada-on-the-other-store').unbind(id)).status).toBe(200);
  expect(await service.person('ada-on-the-other-store').connections()).toMatchObject([]);
  expect(await world.rows(count, 'select count(*)::int as count from tiktok_connections.events')).toEqual([{ count: 0 }]);
  const kept = await readFile(store.file, 'utf8');
  expect(kept).toContain(`tiktok_connection-${id}`);
}, 60_000);

test('history, verify, heads and rebuild work on it', async () => {
  const id = await connect('grace-on-the-other-store');
  const history = await run('history', id, '--json');
  expect([history.code, history.output]).toEqual([0, expect.stringContaining('"Connected"')]);

  const heads = await run('export', '--heads');
  expect([heads.code, heads.output]).toEqual([0, expect.stringContaining(`tiktok_connection-${id}`)]);
  const verified = await run('verify', '--json');
  expect([verified.code, verified.errors]).toEqual([0, expect.any(String)]);
  const rebuilt = await run('rebuild', 'connections');
  expect([rebuilt.code, rebuilt.errors]).toEqual([0, expect.any(String)]);
  expect((await run('verify', '--json')).code).toBe(0);
  const doctor = await run('doctor', '--json');
  expect(doctor.output).toContain('The event store answers.');
}, 120_000);

test('while the store is away readers are served and writers told to come again; when it is back, everything goes on', async () => {
  const id = await connect('lin-on-the-other-store');
  await store.kill();
  await expect.poll(isReady, patience).toBe(false);
  expect((await service.person('lin-on-the-other-store').connections()).map((shown) => shown.id)).toEqual([id]);
  const refused = await service.person('lin-on-the-other-store').unbind(id);
  expect([refused.status, problem.parse(refused.json()).code]).toEqual([503, 'unavailable']);
  await store.restart();
  await expect.poll(isReady, patience).toBe(true);
  await expect.poll(async () => (await service.person('lin-on-the-other-store').unbind(id)).status, patience).toBe(200);
  expect(await service.person('lin-on-the-other-store').connections()).toEqual([]);
  expect((await run('verify', '--json')).code).toBe(0);
}, 120_000);

test('a service that was killed finds everything again, and two of them see what the other wrote', async () => {
  const id = await connect('mae-on-the-other-store');
  await service.kill();
  service = await world.start();
  const other = await world.start();
  expect((await service.person('mae-on-the-other-store').connections()).map((shown) => shown.id)).toEqual([id]);
  const second = await connect('noor-on-the-other-store', other);
  await expect.poll(async () => (await service.person('noor-on-the-other-store').connections()).map((shown) => shown.id), patience).toEqual([second]);
  expect((await run('verify', '--json')).code).toBe(0);
}, 120_000);

test('an event that was changed in the store, and a tail that was cut off, are named with stream and revision', async () => {
  const id = await connect('omar-on-the-other-store');
  await connect('pia-on-the-other-store');
  const stream = `tiktok_connection-${id}`;
  const heads = join(world.environment['DATA_DIR'] ?? '', 'heads.ndjson');
  await writeFile(heads, (await run('export', '--heads')).output);
  const kept = await readFile(store.file, 'utf8');
  const restoreTo = async (text: string): Promise<void> => {
    await store.kill();
    await writeFile(store.file, text);
    await store.restart();
    await expect.poll(isReady, patience).toBe(true);
  };

  const lines = kept.split('\n');
  const at = lines.findIndex((line) => line.includes(stream));
  const changed = (lines[at] ?? '').replace(/"data":"([^"]+)"/, (_, data: string) => {
    const text = Buffer.from(data, 'base64').toString('utf8').replace('"life":1', '"life":2');
    return `"data":"${Buffer.from(text).toString('base64')}"`;
  });
  await restoreTo(lines.with(at, changed).join('\n'));
  const altered = await run('verify', '--json');
  expect([altered.code, altered.output]).toEqual([1, expect.stringMatching(new RegExp(`${stream}[^}]*"revision":\\s*1`))]);

  await restoreTo(lines.with(at, '[]').join('\n'));
  const cut = await run('verify', '--json', '--heads', heads);
  expect([cut.code, cut.output]).toEqual([1, expect.stringContaining(stream)]);
  await restoreTo(kept);
  expect((await run('verify', '--json', '--heads', heads)).code).toBe(0);
}, 180_000);
