import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { nothing } from '../../../../src/adapters/postgres/database.ts';
import { listParked } from '../../../../src/adapters/postgres/projector/parked-streams.ts';
import type { Projector } from '../../../../src/adapters/postgres/projector/projector.ts';
import { retryParked, skipParked } from '../../../../src/adapters/postgres/projector/resume-stream.ts';
import { connectionStream } from '../../../../src/application/execution/streams.ts';
import type { EventStore, RecordedEvent } from '../../../../src/application/ports/event-store.ts';
import { createInMemoryEventStore } from '../../../support/in-memory-event-store.ts';
import { countingTables, createCounting } from '../../../support/projection-counting.ts';
import { createMigratedDatabase, type MigratedDatabase } from '../../../support/projection-database.ts';
import { writeConnection, type WrittenConnection } from '../../../support/projection-history.ts';
import { asOlderCode } from '../../../support/projection-older-code.ts';
import { createReplica, type Replica } from '../../../support/projection-replica.ts';
import { emptyTables, projectAll, rebuilt } from '../../../support/projection-replay.ts';
import { createProjectionSealer } from '../../../support/projection-sealer.ts';

let database: MigratedDatabase;
let eventStore: EventStore;
const replicas: Replica[] = [];

beforeAll(async () => {
  database = await createMigratedDatabase();
  await database.pool.query(countingTables);
});
beforeEach(async () => {
  eventStore = createInMemoryEventStore();
  await emptyTables(database.pool, createCounting());
});
afterEach(async () => {
  await Promise.all(replicas.splice(0).map((replica) => replica.stop()));
});
afterAll(() => database.drop());

const connectAndTouch = async (times: number): Promise<WrittenConnection> => {
  const connection = writeConnection(eventStore, createProjectionSealer());
  await connection.connect();
  for (let turn = 1; turn < times; turn += 1) await connection.changeScopes(`scope.n${turn}`);
  return connection;
};

/** Fails at one event of one stream, as a bug would, while `broken`. */
const failingAt = (connection: WrittenConnection, revision: number, state = { broken: true }) => {
  const isIt = (event: RecordedEvent): boolean => state.broken && event.stream === connectionStream(connection.id) && event.revision === revision;
  return createCounting({
    before: (event) => {
      if (isIt(event)) throw new TypeError('a bug');
    },
  });
};

const countOf = async ({ id }: WrittenConnection): Promise<number | undefined> => {
  const { rows } = await database.pool.query<{ events: number }>('select events from tiktok_connections.counting where stream = $1', [connectionStream(id)]);
  return rows[0]?.events;
};
const parts = (projector: Projector, store = eventStore) => ({ pool: database.pool, eventStore: store, projector });
const parkedAt = async () => (await listParked(database.pool)).map(({ stream, revision, reason }) => ({ stream, revision, reason }));

describe('a poison event', () => {
  test.each([1, 3, 100])('parks its stream with a reason, what follows waits, the rest moves on (batches of %i)', async (batchSize) => {
    const [bad, good, late] = [await connectAndTouch(5), await connectAndTouch(4), await connectAndTouch(2)];
    await projectAll(database.pool, eventStore, failingAt(bad, 3), batchSize);
    expect(await parkedAt()).toEqual([{ stream: connectionStream(bad.id), revision: 3, reason: 'TypeError' }]);
    expect([await countOf(bad), await countOf(good), await countOf(late)]).toEqual([2, 4, 2]);
    await bad.changeScopes('one.more');
    await good.changeScopes('one.more');
    await projectAll(database.pool, eventStore, failingAt(bad, 3), batchSize);
    expect([await countOf(bad), await countOf(good)]).toEqual([2, 5]);
  });

  test('that PostgreSQL refuses is found among many by halves, and names no stored value', async () => {
    const projector = createCounting();
    const refusing: Projector = {
      ...projector,
      apply: async (transaction, events) => {
        const outcome = await projector.apply(transaction, events);
        if (events.some(({ event }) => event.type === 'Disconnected')) {
          await transaction.rows('refuse', `insert into ${transaction.table('counting')} values ('secret value', null, 1)`, [], nothing);
        }
        return outcome;
      },
    };
    const connections = await Promise.all(Array.from({ length: 20 }, () => connectAndTouch(2)));
    const bad = connections[13];
    await bad?.disconnect();
    await projectAll(database.pool, eventStore, refusing, 1_000);
    expect(await parkedAt()).toEqual([
      { stream: bad === undefined ? undefined : connectionStream(bad.id), revision: 3, reason: 'PostgreSQL answered 23502 about events' },
    ]);
    expect(await Promise.all(connections.map(countOf))).toEqual(connections.map(() => 2));
  });

  test('can be retried once the bug is mended: the stream catches up, and no event is counted twice', async () => {
    const state = { broken: true };
    const bad = await connectAndTouch(5);
    const projector = failingAt(bad, 3, state);
    await projectAll(database.pool, eventStore, projector);
    const stream = connectionStream(bad.id);
    expect((await retryParked(parts(projector), stream))._unsafeUnwrap()).toMatchObject({ kind: 'Parked', at: { revision: 3 } });
    // What the feed has not brought yet stays the feed's.
    await bad.changeScopes('not.yet.fed');
    state.broken = false;
    expect((await retryParked(parts(projector), stream))._unsafeUnwrap()).toEqual({ kind: 'Resumed' });
    expect(await countOf(bad)).toBe(5);
    await projectAll(database.pool, eventStore, projector);
    expect(await countOf(bad)).toBe(6);
    expect((await retryParked(parts(projector), stream))._unsafeUnwrapErr()).toEqual({ kind: 'NotParked' });
  });

  test('can be skipped, now and in every rebuild in which it still fails', async () => {
    const bad = await connectAndTouch(5);
    const projector = failingAt(bad, 3);
    await projectAll(database.pool, eventStore, projector);
    expect((await skipParked(parts(projector), connectionStream(bad.id)))._unsafeUnwrap()).toEqual({ kind: 'Resumed' });
    expect(await countOf(bad)).toBe(4);
    expect(await parkedAt()).toEqual([]);
    await rebuilt(database.pool, eventStore, projector);
    expect(await countOf(bad)).toBe(4);
    expect(await parkedAt()).toEqual([]);
    await rebuilt(database.pool, eventStore, createCounting());
    expect(await countOf(bad)).toBe(5);
  });

  test('that a driver parked is retried beneath it, and the driver takes the stream up again', async () => {
    const state = { broken: true };
    const bad = await connectAndTouch(4);
    const projector = failingAt(bad, 2, state);
    const replica = createReplica(database.pool, eventStore, projector);
    replicas.push(replica);
    replica.start();
    await vi.waitFor(async () => expect(await parkedAt()).toHaveLength(1));
    state.broken = false;
    expect((await retryParked(parts(projector), connectionStream(bad.id)))._unsafeUnwrap()).toEqual({ kind: 'Resumed' });
    await bad.changeScopes('after.it');
    await vi.waitFor(async () => expect(await countOf(bad)).toBe(5));
  });

  test('cannot be retried by code of another version or other settings', async () => {
    const bad = await connectAndTouch(2);
    await projectAll(database.pool, eventStore, failingAt(bad, 2));
    for (const other of [createCounting({ version: 2 }), createCounting({ fingerprint: 'other' })]) {
      expect((await retryParked(parts(other), connectionStream(bad.id)))._unsafeUnwrapErr()).toEqual({ kind: 'NotThisVersion' });
    }
  });
});

describe('an event of a type that this code does not know', () => {
  test('parks its stream there, and is read when newer code starts to drive', async () => {
    const [bad, good] = [await connectAndTouch(3), await connectAndTouch(2)];
    await bad.disconnect();
    await bad.connect();
    const older = asOlderCode(eventStore, ({ type }) => type === 'Disconnected');
    await projectAll(database.pool, older, createCounting());
    expect(await parkedAt()).toEqual([{ stream: connectionStream(bad.id), revision: 4, reason: 'unknown type Disconnected' }]);
    expect([await countOf(bad), await countOf(good)]).toEqual([3, 2]);

    const olderReplica = createReplica(database.pool, older, createCounting());
    olderReplica.start();
    await good.disconnect();
    await vi.waitFor(async () => expect(await parkedAt()).toHaveLength(2));
    await olderReplica.stop();

    const newer = createReplica(database.pool, eventStore, createCounting());
    replicas.push(newer);
    newer.start();
    await vi.waitFor(async () => expect(await parkedAt()).toEqual([]));
    expect([await countOf(bad), await countOf(good)]).toEqual([5, 3]);
  });
});
