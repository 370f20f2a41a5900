import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createPool } from '../../../../src/adapters/postgres/pool.ts';
import type { EventStore } from '../../../../src/application/ports/event-store.ts';
import type { Projector } from '../../../../src/adapters/postgres/projector/projector.ts';
import { createInMemoryEventStore } from '../../../support/in-memory-event-store.ts';
import { countingTables, createCounting } from '../../../support/projection-counting.ts';
import { createMigratedDatabase, type MigratedDatabase } from '../../../support/projection-database.ts';
import { writeConnection } from '../../../support/projection-history.ts';
import { createReplica, endDriversBackends, type Replica } from '../../../support/projection-replica.ts';
import { emptyTables } from '../../../support/projection-replay.ts';
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

const replica = (projector: Projector = createCounting(), pool = database.pool): Replica => {
  const made = createReplica(pool, eventStore, projector);
  replicas.push(made);
  made.start();
  return made;
};

const history = () => writeConnection(eventStore, createProjectionSealer());

const counted = async () => {
  const { rows } = await database.pool.query<{ events: number; revisions: number }>('select events, revisions from tiktok_connections.counting order by events');
  return rows;
};
const eventually = (assertion: () => void | Promise<void>) => vi.waitFor(assertion, { timeout: 10_000, interval: 10 });

const connectAndTouch = async (times: number) => {
  const connection = history();
  await connection.connect();
  for (let turn = 1; turn < times; turn += 1) await connection.changeScopes(`scope.n${turn}`);
  return connection;
};
/** What exactly-once leaves of a stream of so many events. */
const exactly = (events: number) => ({ events, revisions: (events * (events + 1)) / 2 });

describe('a driver', () => {
  test('projects what was there and what comes, and says how far it is', async () => {
    await connectAndTouch(5);
    const one = replica();
    await eventually(async () => expect(await counted()).toEqual([exactly(5)]));
    const last = await connectAndTouch(3);
    await eventually(async () => expect(await counted()).toEqual([exactly(3), exactly(5)]));
    await eventually(() =>
      expect(one.health()).toMatchObject({ running: true, driving: true, checkpoint: last.checkpoint, lagMillis: 0, lastError: null, rebuilding: null }),
    );
  });

  test('knows that it has all when nothing came since it stood here last', async () => {
    await connectAndTouch(2);
    const one = replica();
    await eventually(() => expect(one.health().lagMillis).toBe(0));
    await one.stop();
    one.start();
    await eventually(() => expect(one.health()).toMatchObject({ driving: true, lagMillis: 0 }));
  });

  test('stops after the batch under way, and another start goes on from there', async () => {
    const first = replica();
    await connectAndTouch(4);
    await eventually(async () => expect(await counted()).toEqual([exactly(4)]));
    await first.stop();
    expect(first.health()).toMatchObject({ running: false, driving: false, lagMillis: null });
    await connectAndTouch(2);
    expect(await counted()).toEqual([exactly(4)]);
    first.start();
    await eventually(async () => expect(await counted()).toEqual([exactly(2), exactly(4)]));
  });

  test('shows what its rows call for', async () => {
    await connectAndTouch(13);
    const first = replica();
    await eventually(async () => expect(await counted()).toEqual([exactly(13)]));
    await first.stop();
    first.start();
    await eventually(() => expect(first.health().alarms).toEqual(['thirteen events']));
  });

  test('leaves rows and checkpoint as they were when it is cut off within a batch, and loses and repeats nothing', async () => {
    let cuts = 3;
    const projector = createCounting({
      before: async ({ revision }) => {
        if (revision !== 3 || cuts === 0) return;
        cuts -= 1;
        await database.pool.query(`select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and state = 'idle in transaction'`);
      },
    });
    await connectAndTouch(6);
    const pool = createPool({ url: database.url });
    const one = replica(projector, pool);
    await eventually(async () => expect(await counted()).toEqual([exactly(6)]));
    expect(cuts).toBe(0);
    await one.stop();
    await pool.end();
  });
});

describe('two replicas', () => {
  test('have one driver, and the other takes over within seconds when the first stops', async () => {
    const [one, other] = [replica(), replica(createCounting(), database.anotherPool())];
    await connectAndTouch(3);
    await eventually(async () => expect(await counted()).toEqual([exactly(3)]));
    await eventually(() => expect([one, other].filter((each) => each.health().driving)).toHaveLength(1));
    const [driving, standing] = one.health().driving ? [one, other] : [other, one];
    expect(standing.health()).toMatchObject({ running: true, driving: false, lagMillis: null });
    await driving.stop();
    await connectAndTouch(2);
    await eventually(async () => expect(await counted()).toEqual([exactly(2), exactly(3)]));
    expect(standing.health().driving).toBe(true);
  });

  test('drive on, exactly once, while the driver’s backend is terminated again and again', async () => {
    const pools = [database.anotherPool(), database.anotherPool()];
    for (const pool of pools) replica(createCounting(), pool);
    const connection = history();
    await connection.connect();
    let written = 1;
    for (let round = 0; round < 3; round += 1) {
      const ended = eventually(async () => expect(await endDriversBackends(database.pool)).toBeGreaterThan(0));
      for (let turn = 0; turn < 40; turn += 1, written += 1) await connection.changeScopes(`scope.n${written}`);
      await ended;
    }
    await eventually(async () => expect(await counted()).toEqual([exactly(written)]));
  });

  test('stop driving when the lock is lost, and the one who has it now drives alone', async () => {
    const one = replica();
    await eventually(() => expect(one.health().driving).toBe(true));
    const successor = await database.anotherPool().connect();
    const taken = successor.query(`set statement_timeout = 0; select pg_advisory_lock(hashtextextended('tiktok_connections.projector:counting', 0))`);
    await eventually(async () => expect((await database.pool.query(`select 1 from pg_locks where locktype = 'advisory' and not granted`)).rowCount).toBe(1));
    expect(await endDriversBackends(database.pool)).toBe(1);
    await taken;
    await eventually(() => expect(one.health()).toMatchObject({ running: true, driving: false, lagMillis: null }));
    await connectAndTouch(3);
    expect(await counted()).toEqual([]);
    successor.release(true);
    await eventually(async () => expect(await counted()).toEqual([exactly(3)]));
    expect(one.health()).toMatchObject({ driving: true, lastError: null });
  });

  test('that both write, because one does not know that it lost its lock, still count each event once', async () => {
    const slow = createCounting({ before: async ({ revision }) => void (revision === 2 && (await database.pool.query('select pg_sleep(0.3)'))) });
    await connectAndTouch(5);
    const one = replica(slow, database.anotherPool());
    await eventually(() => expect(one.health().driving).toBe(true));
    await endDriversBackends(database.pool);
    replica(createCounting(), database.anotherPool());
    await connectAndTouch(2);
    await eventually(async () => expect(await counted()).toEqual([exactly(2), exactly(5)]));
  });
});

/** Ends every connection to the database, lets none begin while the work lasts, and then lets them again. */
const whileAway = async (work: () => Promise<void>): Promise<void> => {
  const name = new URL(database.url).pathname.slice(1);
  const elsewhere = new URL(database.url);
  elsewhere.pathname = '/postgres';
  const admin = createPool({ url: elsewhere.href, max: 1 });
  await admin.query(`alter database ${name} allow_connections false`);
  await admin.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = $1`, [name]);
  try {
    await work();
  } finally {
    await admin.query(`alter database ${name} allow_connections true`);
    await admin.end();
  }
};

describe('a database that goes and comes', () => {
  test('shows in the health, and driving goes on by itself', async () => {
    const one = replica(createCounting(), database.anotherPool());
    await eventually(() => expect(one.health().driving).toBe(true));
    await whileAway(async () => {
      await connectAndTouch(3);
      await eventually(() => expect(one.health().lastError).toContain('PostgreSQL answered'));
      expect(one.health().driving).toBe(false);
    });
    await eventually(async () => expect(await counted()).toEqual([exactly(3)]));
    await eventually(() => expect(one.health()).toMatchObject({ driving: true, lagMillis: 0, lastError: null }));
  });

  test('leaves no lag and no error behind, neither with who drives nor with who stands by, though nothing is recorded', async () => {
    await connectAndTouch(2);
    const both = [replica(createCounting(), database.anotherPool()), replica(createCounting(), database.anotherPool())];
    await eventually(async () => expect(await counted()).toEqual([exactly(2)]));
    await whileAway(() =>
      eventually(() => {
        for (const each of both) expect(each.health().lastError).toContain('PostgreSQL answered');
      }),
    );
    await eventually(() => {
      const states = both.map((each) => each.health()).toSorted((one, other) => Number(other.driving) - Number(one.driving));
      expect(states).toMatchObject([
        { driving: true, lagMillis: 0, lastError: null },
        { driving: false, lagMillis: null, lastError: null },
      ]);
    });
  });
});

describe('a checkpoint of another store', () => {
  test('is not followed, and the health names the store', async () => {
    await database.pool.query(`update tiktok_connections.projections set checkpoint = 'elsewhere:7', fingerprint = 'test' where projection = 'counting'`);
    await connectAndTouch(2);
    const one = replica();
    await eventually(() => expect(one.health().lastError).toContain('belongs to another event store than memory:'));
    expect(await counted()).toEqual([]);
  });

  test('that lies beyond the end of this one is not followed either, and the health says that it is ahead', async () => {
    await connectAndTouch(2);
    const one = replica();
    await eventually(async () => expect(await counted()).not.toEqual([]));
    await one.stop();
    const later = `update tiktok_connections.projections set checkpoint = overlay(checkpoint placing '9' from length(checkpoint)) where projection = 'counting'`;
    await database.pool.query(later);
    const another = replica();
    await eventually(() => expect(another.health().lastError).toContain('is ahead of the event store'));
  });
});
