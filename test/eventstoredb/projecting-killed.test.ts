import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { catchUp } from '../../src/adapters/postgres/projector/follow-feed.ts';
import { adoptTables, readState } from '../../src/adapters/postgres/projector/projection-state.ts';
import { rebuild } from '../../src/adapters/postgres/projector/rebuild.ts';
import { createBatchWriter } from '../../src/adapters/postgres/projector/write-batch.ts';
import type { EventStoreDbEventStore } from '../../src/adapters/event-store/eventstoredb/eventstoredb-event-store.ts';
import type { EventStore } from '../../src/application/ports/event-store.ts';
import { killEverywhere } from '../faults/kill-everywhere.ts';
import { countingTables, createCounting } from '../support/projection-counting.ts';
import { createMigratedDatabase, type MigratedDatabase } from '../support/projection-database.ts';
import { writeConnection } from '../support/projection-history.ts';
import { emptyTables, projectAll } from '../support/projection-replay.ts';
import { createProjectionSealer } from '../support/projection-sealer.ts';
import { faultyStoreOfFile, storeAt } from './faulty-store.ts';
import { loseEachCall } from './lose-each-call.ts';

const opened = faultyStoreOfFile();
const never = new AbortController().signal;
const written = 5;
const right = [{ events: written, revisions: (written * (written + 1)) / 2 }];
const patience = { timeout: 20_000, interval: 20 };

let database: MigratedDatabase;
/** Stores of processes that were killed: what they left open is closed in the end. */
const ofKilled: EventStoreDbEventStore[] = [];
const storeOfProcess = (): EventStoreDbEventStore => {
  const store = storeAt(opened.standIn().url);
  ofKilled.push(store);
  return store;
};

beforeAll(async () => {
  database = await createMigratedDatabase();
  await database.pool.query(countingTables);
  const connection = writeConnection(opened.store(), createProjectionSealer());
  await connection.connect();
  for (let turn = 1; turn < written; turn += 1) await connection.changeScopes(`scope.n${turn}`);
});
const empty = async (): Promise<void> => {
  await emptyTables(database.pool, createCounting());
  await adoptTables(database.pool, createCounting());
};
const projected = async (): Promise<void> => {
  await empty();
  await projectAll(database.pool, opened.store(), createCounting());
};
beforeEach(empty);
afterAll(async () => {
  await Promise.all(ofKilled.map((store) => store.close()));
  await database.drop();
});

const counted = async () => (await database.pool.query<{ events: number; revisions: number }>('select events, revisions from tiktok_connections.counting')).rows;

const rebuildFrom = (eventStore: EventStore, pool = database.pool) => rebuild({ pool, eventStore, projector: createCounting(), signal: never, batchSize: 3 });

/** @returns whether it came to the end of the feed */
const follow = async (eventStore: EventStore, pool = database.pool): Promise<boolean> => {
  const projector = createCounting();
  const from = (await readState(database.pool, 'counting', 'live'))?.checkpoint ?? null;
  const writer = createBatchWriter(pool, projector, 'live');
  return (await catchUp({ eventStore, projector, writer, signal: never, catchUpBatch: 2, onPassed: () => undefined }, from)).isOk();
};

const expectRebuilt = async (): Promise<void> => {
  expect(await counted()).toEqual(right);
  // PostgreSQL may not have noticed yet that the one before is dead.
  await vi.waitFor(async () => expect((await rebuildFrom(opened.store())).isOk()).toBe(true), patience);
  expect(await counted()).toEqual(right);
};

const expectCaughtUp = async (): Promise<void> => {
  await vi.waitFor(async () => expect(await follow(opened.store())).toBe(true), patience);
  expect(await counted()).toEqual(right);
};

// Between two statements nothing happens to the store; killed after each as well is the same rebuild in test/faults.
test('a rebuild that is killed before any of its statements leaves readers whole rows, and the next run ends it', { timeout: 240_000 }, () =>
  killEverywhere(database, projected, ({ pool }) => rebuildFrom(storeOfProcess(), pool), expectRebuilt, ['before']));

test('a projector that is killed before or after any of its statements counts each event once', { timeout: 240_000 }, () =>
  killEverywhere(database, empty, ({ pool }) => follow(storeOfProcess(), pool), expectCaughtUp));

test.each(['connection', 'store'] as const)('a rebuild whose %s to read from is lost at any call leaves readers whole rows, and the next run ends it', { timeout: 240_000 }, (loss) =>
  loseEachCall(opened.standIn(), loss, {
    prepare: projected,
    run: (store) => rebuildFrom(store),
    afterwards: expectRebuilt,
  }));

test('a projector whose connection to read from is lost at any call counts each event once', { timeout: 240_000 }, () =>
  loseEachCall(opened.standIn(), 'connection', {
    prepare: empty,
    run: (store) => follow(store),
    afterwards: expectCaughtUp,
  }));
