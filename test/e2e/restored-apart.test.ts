import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backUpDatabase, eventsTable, restoreDatabase, type DatabaseBackup } from '../support/database-backup.ts';
import { startStandIn } from '../support/eventstoredb-stand-in/start.ts';
import { runCommand } from '../support/service-process.ts';
import { createWireWorld, type Replica, type WireWorld } from '../support/wire-world.ts';

const patience = { timeout: 30_000, interval: 100 };

/** The history and all else, each put back by itself. */
interface Store {
  readonly world: WireWorld;
  backUp(): Promise<Moment>;
  restoreHistory(to: Moment): Promise<void>;
  restoreRest(to: Moment): Promise<void>;
  close(): Promise<void>;
}
type Moment = Readonly<{ database: DatabaseBackup; history: string }>;

const isEvents = (table: string): boolean => table === eventsTable;

const inPostgres = async (): Promise<Store> => {
  const world = await createWireWorld({ EVENT_STORE_URL: '' });
  const { url } = world.database;
  return {
    world,
    backUp: async () => ({ database: await backUpDatabase(url), history: '' }),
    restoreHistory: ({ database }) => restoreDatabase(url, database, isEvents),
    restoreRest: ({ database }) => restoreDatabase(url, database, (table) => !isEvents(table)),
    close: () => world.close(),
  };
};

const inEventStoreDb = async (): Promise<Store> => {
  const store = await startStandIn();
  const world = await createWireWorld({ EVENT_STORE_URL: store.url });
  const { url } = world.database;
  return {
    world,
    backUp: async () => ({ database: await backUpDatabase(url), history: await readFile(store.file, 'utf8') }),
    restoreHistory: async ({ history }) => {
      await store.kill();
      await writeFile(store.file, history);
      await store.restart();
    },
    restoreRest: ({ database }) => restoreDatabase(url, database),
    close: async () => {
      await world.close();
      await store.stop();
    },
  };
};

describe.each([
  ['PostgreSQL', inPostgres],
  ['EventStoreDB', inEventStoreDb],
])('history in %s and projections, restored to different moments', (_, open) => {
  let store: Store;
  let replica: Replica;
  let connected: Moment;
  let unbound: Moment;

  const idsOf = async (user: string): Promise<readonly string[]> => (await replica.person(user).connections()).map(({ id }) => id);
  const verified = () => runCommand(store.world.environment, ['verify', '--json']);

  beforeAll(async () => {
    store = await open();
    const { world } = store;
    replica = await world.start();
    for (const user of ['apart-ada', 'apart-bob']) {
      await world.tiktok.addAccount(user);
      await replica.person(user).connect({ account: user });
    }
    expect(await replica.stop()).toBe(0);
    connected = await store.backUp();
    replica = await world.start();
    expect((await replica.person('apart-bob').unbind()).status).toBe(200);
    expect(await replica.stop()).toBe(0);
    unbound = await store.backUp();
  }, 120_000);
  afterAll(() => store.close());

  it('catch up where the history is newer', async () => {
    await store.restoreRest(connected);
    replica = await store.world.start();
    await expect.poll(() => idsOf('apart-bob'), patience).toEqual([]);
    expect(await idsOf('apart-ada')).toHaveLength(1);
    expect((await verified()).code).toBe(0);
    expect(await replica.stop()).toBe(0);
  }, 60_000);

  it('where the history is older are named by verify, say at the start that they are ahead, and are built anew', async () => {
    await store.restoreRest(unbound);
    await store.restoreHistory(connected);
    const found = await verified();
    expect([found.code, found.output]).toEqual([1, expect.stringContaining('{"kind":"projection_ahead","projection":"connections"}')]);
    replica = await store.world.start();
    expect(replica.output()).toContain('projections are ahead of the event store');
    await expect.poll(() => idsOf('apart-bob'), patience).toHaveLength(1);
    await expect.poll(async () => (await verified()).code, { ...patience, interval: 500 }).toBe(0);
  }, 90_000);

  it('then miss nothing of what is written', async () => {
    expect((await replica.person('apart-ada').unbind()).status).toBe(200);
    expect(await idsOf('apart-ada')).toEqual([]);
    expect((await verified()).code).toBe(0);
    expect(await replica.stop()).toBe(0);
  }, 60_000);
});
