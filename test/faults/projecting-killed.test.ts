import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPostgresEventStore } from '../../src/adapters/event-store/postgres/postgres-event-store.ts';
import { catchUp } from '../../src/adapters/postgres/projector/follow-feed.ts';
import { adoptTables, readState } from '../../src/adapters/postgres/projector/projection-state.ts';
import { rebuild } from '../../src/adapters/postgres/projector/rebuild.ts';
import { createBatchWriter } from '../../src/adapters/postgres/projector/write-batch.ts';
import { emptyHead, type EventStore, type EventToAppend } from '../../src/application/ports/event-store.ts';
import { createInMemoryEventStore } from '../support/in-memory-event-store.ts';
import { countingTables, createCounting } from '../support/projection-counting.ts';
import { createMigratedDatabase, type MigratedDatabase } from '../support/projection-database.ts';
import { writeConnection } from '../support/projection-history.ts';
import { emptyTables, projectAll } from '../support/projection-replay.ts';
import { createProjectionSealer } from '../support/projection-sealer.ts';
import { newStream, several } from '../support/sample-events.ts';
import type { GatedPool } from './gated-pool.ts';
import { killEverywhere } from './kill-everywhere.ts';

const never = new AbortController().signal;
const written = 5;
const right = [{ events: written, revisions: (written * (written + 1)) / 2 }];

let database: MigratedDatabase;
let eventStore: EventStore;

beforeAll(async () => {
  database = await createMigratedDatabase();
  await database.pool.query(countingTables);
  eventStore = createInMemoryEventStore();
  const connection = writeConnection(eventStore, createProjectionSealer());
  await connection.connect();
  for (let turn = 1; turn < written; turn += 1) await connection.changeScopes(`scope.n${turn}`);
});
const empty = async (): Promise<void> => {
  await emptyTables(database.pool, createCounting());
  await adoptTables(database.pool, createCounting());
};
beforeEach(empty);
afterAll(() => database.drop());

const counted = async () => (await database.pool.query<{ events: number; revisions: number }>('select events, revisions from tiktok_connections.counting')).rows;
const checkpointNow = async (): Promise<string> => (await readState(database.pool, 'counting', 'live'))?.checkpoint ?? '';

describe('killed before or after any of its statements', () => {
  it('a rebuild leaves readers whole rows and the checkpoint where it was, and the next run ends it', { timeout: 120_000 }, async () => {
    const parts = (gated?: GatedPool) => ({ pool: gated?.pool ?? database.pool, eventStore, projector: createCounting(), signal: never, batchSize: 3 });
    let before = '';
    await killEverywhere(
      database,
      async () => {
        await empty();
        await projectAll(database.pool, eventStore, createCounting());
        before = await checkpointNow();
      },
      (gated) => rebuild(parts(gated)),
      async () => {
        expect(await counted()).toEqual(right);
        expect((await checkpointNow()) >= before).toBe(true);
        // PostgreSQL may not have noticed yet that the one before is dead.
        await vi.waitFor(async () => expect((await rebuild(parts())).isOk()).toBe(true), { timeout: 10_000, interval: 20 });
        expect(await counted()).toEqual(right);
      },
    );
  });

  it('a projector that catches up counts each event once', { timeout: 120_000 }, async () => {
    const follow = async (pool = database.pool): Promise<void> => {
      const projector = createCounting();
      const from = (await readState(database.pool, 'counting', 'live'))?.checkpoint ?? null;
      const writer = createBatchWriter(pool, projector, 'live');
      (await catchUp({ eventStore, projector, writer, signal: never, catchUpBatch: 2, onPassed: () => undefined }, from))._unsafeUnwrap();
    };
    await killEverywhere(
      database,
      empty,
      ({ pool }) => follow(pool),
      async () => {
        await vi.waitFor(() => follow(), { timeout: 10_000, interval: 20 });
        expect(await counted()).toEqual(right);
      },
    );
  });

  it('an append was written once or not at all, and its repeat makes sure that it was', { timeout: 120_000 }, async () => {
    const own = createPostgresEventStore({ pool: database.pool, url: database.url });
    let stream = newStream();
    let events: readonly EventToAppend[] = [];
    await killEverywhere(
      database,
      async () => {
        stream = newStream();
        events = several(3);
        await Promise.resolve();
      },
      async ({ pool }) => createPostgresEventStore({ pool, url: database.url }).append(stream, emptyHead, events),
      async () => {
        await vi.waitFor(async () => expect((await own.append(stream, emptyHead, events)).isOk()).toBe(true), { timeout: 10_000, interval: 20 });
        const ids = (await own.read(stream, 1, 10))._unsafeUnwrap().map(({ id }) => id);
        expect(ids).toEqual(events.map(({ id }) => id));
        const fed: string[] = [];
        for await (const batch of own.feed({ after: null, streamPrefixes: [stream], batchSize: 10, live: false, signal: never }))
          fed.push(...batch._unsafeUnwrap().events.map(({ id }) => id));
        expect(fed).toEqual(ids);
      },
    );
    await own.close();
  });
});

it('a projector that is hours behind holds two batches of the feed at most, however many wait', async () => {
  const batchSize = 50;
  const many = createInMemoryEventStore();
  for (let turn = 0; turn < 10; turn += 1) (await many.append(newStream(), emptyHead, several(100)))._unsafeUnwrap();
  const held = { now: 0, most: 0 };
  const counting: EventStore = {
    ...many,
    feed: async function* (options) {
      for await (const batch of many.feed(options)) {
        held.now += batch.isOk() ? batch.value.events.length : 0;
        held.most = Math.max(held.most, held.now);
        yield batch;
      }
    },
  };
  const projector = createCounting();
  const onPassed = ({ events }: Readonly<{ events: readonly unknown[] }>): void => void (held.now -= events.length);
  const end = await catchUp({ eventStore: counting, projector, writer: createBatchWriter(database.pool, projector, 'live'), signal: never, catchUpBatch: batchSize, onPassed }, null);
  expect(end._unsafeUnwrap().kind).toBe('CaughtUp');
  expect(projector.applied).toHaveLength(1_000 / batchSize);
  expect(held.most).toBeLessThanOrEqual(2 * batchSize);
});
