import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Projector } from '../../../../src/adapters/postgres/projector/projector.ts';
import { rebuild, type RebuildProgress } from '../../../../src/adapters/postgres/projector/rebuild.ts';
import type { EventStore } from '../../../../src/application/ports/event-store.ts';
import { createInMemoryEventStore } from '../../../support/in-memory-event-store.ts';
import { countingTables, createCounting } from '../../../support/projection-counting.ts';
import { createMigratedDatabase, type MigratedDatabase } from '../../../support/projection-database.ts';
import { writeConnection } from '../../../support/projection-history.ts';
import { createReplica, endDriversBackends, type Replica } from '../../../support/projection-replica.ts';
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
  await database.pool.query(`delete from tiktok_connections.projections where copy = 'next'`);
  await database.pool.query(`update tiktok_connections.projections set version = 1 where projection = 'counting'`);
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

const connectAndTouch = async (times: number) => {
  const connection = writeConnection(eventStore, createProjectionSealer());
  await connection.connect();
  for (let turn = 1; turn < times; turn += 1) await connection.changeScopes(`scope.n${turn}`);
  return connection;
};
const counted = async () =>
  (await database.pool.query<{ events: number; revisions: number }>('select events, revisions from tiktok_connections.counting order by events')).rows;
const exactly = (events: number) => ({ events, revisions: (events * (events + 1)) / 2 });
const never = new AbortController().signal;
const parts = (projector: Projector = createCounting()) => ({ pool: database.pool, eventStore, projector, signal: never });
const stateOf = async (copy: string) =>
  (await database.pool.query<{ version: number; checkpoint: string }>(`select version, checkpoint from tiktok_connections.projections where projection = 'counting' and copy = $1`, [copy])).rows[0];

describe('a rebuild', () => {
  test('mends rows that were wrong, and reports how far it is', async () => {
    await connectAndTouch(3);
    await projectAll(database.pool, eventStore, createCounting());
    await database.pool.query('update tiktok_connections.counting set events = 99');
    const seen: RebuildProgress[] = [];
    (await rebuild({ ...parts(), onProgress: (progress) => seen.push(progress) }))._unsafeUnwrap();
    expect(await counted()).toEqual([exactly(3)]);
    expect([...new Set(seen.map(({ phase }) => phase))]).toEqual(['filling', 'indexing', 'swapping', 'done']);
    expect(seen.at(-1)).toMatchObject({ projection: 'counting', events: 3, checkpoint: (await stateOf('live'))?.checkpoint });
  });

  test('keeps every grant that readers have, also on columns, and none that default privileges would add', async () => {
    const role = `analyst_${process.pid}_${Date.now()}`;
    const { pool } = database;
    await pool.query(`create role ${role} nologin; grant select, update on tiktok_connections.counting to ${role} with grant option;
      grant insert (stream) on tiktok_connections.counting to public;
      alter default privileges in schema tiktok_connections grant delete on tables to ${role}`);
    const acl = async () =>
      (await pool.query<Record<string, string>>(`select relacl::text, (select attacl::text from pg_attribute where attrelid = c.oid and attname = 'stream') as stream
        from pg_class c where oid = 'tiktok_connections.counting'::regclass`)).rows;
    const before = await acl();
    await rebuilt(pool, eventStore, createCounting());
    expect(await acl()).toEqual(before);
    await pool.query(`alter default privileges in schema tiktok_connections revoke delete on tables from ${role}; drop owned by ${role}; drop role ${role}`);
  });

  test('waits for a reader who holds the table, without making others wait behind it for long', async () => {
    await connectAndTouch(2);
    await projectAll(database.pool, eventStore, createCounting());
    const reader = await database.anotherPool().connect();
    await reader.query('begin; select * from tiktok_connections.counting');
    const phases: string[] = [];
    const rebuilding = rebuild({ ...parts(createCounting({ version: 2 })), onProgress: ({ phase }) => phases.push(phase) });
    await vi.waitFor(() => expect(phases.filter((phase) => phase === 'swapping').length).toBeGreaterThan(1), { timeout: 10_000 });
    const begun = performance.now();
    expect(await counted()).toEqual([exactly(2)]);
    expect(performance.now() - begun).toBeLessThan(1_500);
    await reader.query('commit');
    reader.release();
    (await rebuilding)._unsafeUnwrap();
    expect((await stateOf('live'))?.version).toBe(2);
  });

  test('is one at a time', async () => {
    await connectAndTouch(1);
    let second: ReturnType<typeof rebuild> | undefined;
    const projector = createCounting({ before: () => void (second ??= rebuild(parts())) });
    (await rebuild(parts(projector)))._unsafeUnwrap();
    expect((await second)?._unsafeUnwrapErr()).toEqual({ kind: 'RebuildRuns' });
  });

  test('does not undo what newer code has built', async () => {
    await database.pool.query(`update tiktok_connections.projections set version = 3 where projection = 'counting'`);
    expect((await rebuild(parts(createCounting({ version: 2 }))))._unsafeUnwrapErr()).toEqual({ kind: 'MadeByNewerVersion', version: 3 });
  });
});

describe('a rebuild that is cut off', () => {
  const cutAfter = async (events: number, cut: (controller: AbortController) => unknown) => {
    const controller = new AbortController();
    let read = 0;
    const projector = createCounting({
      before: async () => {
        read += 1;
        if (read === events) await cut(controller);
      },
    });
    return { outcome: await rebuild({ ...parts(projector), signal: controller.signal }), read: () => read };
  };

  test.each([
    ['by its signal', (controller: AbortController) => controller.abort()],
    [
      'within a batch',
      () => database.pool.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and state = 'idle in transaction'`),
    ],
  ])('%s harms nobody, and the next run ends it', async (_, cut) => {
    await connectAndTouch(5);
    await projectAll(database.pool, eventStore, createCounting());
    const { outcome } = await cutAfter(3, cut);
    expect(outcome.isErr()).toBe(true);
    expect(await counted()).toEqual([exactly(5)]);
    expect((await stateOf('live'))?.version).toBe(1);
    (await rebuild(parts()))._unsafeUnwrap();
    expect(await counted()).toEqual([exactly(5)]);
  });

  test('with its lock ends before its next batch, or was done by then; either way the rows are right', async () => {
    await connectAndTouch(5);
    await projectAll(database.pool, eventStore, createCounting());
    const { outcome } = await cutAfter(3, () => endDriversBackends(database.pool));
    expect(outcome.isOk() || outcome.error.kind === 'RebuildStopped').toBe(true);
    expect(await counted()).toEqual([exactly(5)]);
    (await rebuild(parts()))._unsafeUnwrap();
    expect(await counted()).toEqual([exactly(5)]);
  });

  test('goes on from where it stood, unless told to begin anew', async () => {
    for (let turn = 0; turn < 4; turn += 1) await connectAndTouch(5);
    const stopped = new AbortController();
    const first = createCounting();
    const cut = await rebuild({ ...parts(first), batchSize: 3, signal: stopped.signal, onProgress: ({ events }) => void (events > 0 && stopped.abort()) });
    expect(cut._unsafeUnwrapErr().kind).toBe('RebuildStopped');
    expect(first.applied).toEqual([3]);

    const second = createCounting();
    (await rebuild(parts(second)))._unsafeUnwrap();
    expect(second.applied).toEqual([17]);
    expect(await counted()).toEqual([1, 2, 3, 4].map(() => exactly(5)));

    const third = createCounting();
    (await rebuild({ ...parts(third), fresh: true }))._unsafeUnwrap();
    expect(third.applied).toEqual([20]);
  });
});

describe('a rebuild beside a running service', () => {
  test('is not seen by writers and readers but for the mended rows, and no checkpoint goes back', async () => {
    const driver = replica(createCounting(), database.anotherPool());
    const connections = await Promise.all(Array.from({ length: 5 }, () => connectAndTouch(2)));
    await vi.waitFor(async () => expect(await counted()).toHaveLength(5));

    let going = true;
    const checkpoints: string[] = [];
    const reading = (async () => {
      const readers = database.anotherPool();
      while (going) {
        const rows = (await readers.query({ name: 'read', text: 'select events from tiktok_connections.counting' })).rows;
        expect(rows).toHaveLength(5);
        checkpoints.push((await stateOf('live'))?.checkpoint ?? '');
      }
    })();
    let written = 2;
    const writing = (async () => {
      while (going) {
        written += 1;
        for (const connection of connections) await connection.changeScopes(`scope.n${written}`);
        await new Promise(setImmediate);
      }
    })();
    for (let round = 0; round < 5; round += 1) {
      await database.pool.query('update tiktok_connections.counting set events = events + 1000');
      await rebuilt(database.pool, eventStore, createCounting());
    }
    going = false;
    await Promise.all([reading, writing]);

    expect(checkpoints).toEqual([...checkpoints].sort());
    await vi.waitFor(async () => expect(await counted()).toEqual(connections.map(() => exactly(written))), { timeout: 10_000 });
    expect(driver.health()).toMatchObject({ driving: true, lastError: null });
  });
});

describe('starting', () => {
  test('with a newer version rebuilds, and an older replica beside it leaves the new rows alone', async () => {
    const connection = await connectAndTouch(3);
    const older = replica(createCounting(), database.anotherPool());
    await vi.waitFor(async () => expect(await counted()).toEqual([exactly(3)]));
    const newer = replica(createCounting({ version: 2 }), database.anotherPool());
    await vi.waitFor(async () => expect((await stateOf('live'))?.version).toBe(2), { timeout: 5_000 });
    await connection.changeScopes('after.it');
    await vi.waitFor(async () => expect(await counted()).toEqual([exactly(4)]), { timeout: 10_000 });
    expect(newer.health()).toMatchObject({ driving: true, lastError: null });
    expect(older.health()).toMatchObject({ driving: false, lastError: 'version 2 made the rows; this replica is older and leaves them alone' });
  });

  test('with other settings rebuilds once, and a replica that kept the old ones does not change them back', async () => {
    const connection = await connectAndTouch(2);
    const old = replica(createCounting(), database.anotherPool());
    await vi.waitFor(async () => expect(await counted()).toEqual([exactly(2)]));
    const changed = replica(createCounting({ fingerprint: 'changed' }), database.anotherPool());
    await vi.waitFor(() => expect(changed.health().driving).toBe(true), { timeout: 10_000 });
    await connection.changeScopes('after.it');
    await vi.waitFor(async () => expect(await counted()).toEqual([exactly(3)]), { timeout: 10_000 });
    await vi.waitFor(() => expect(old.health()).toMatchObject({ driving: false, lastError: 'a replica with other settings made the rows' }));
    const { rows } = await database.pool.query(`select fingerprint from tiktok_connections.projections where projection = 'counting' and copy = 'live'`);
    expect(rows).toEqual([{ fingerprint: 'changed' }]);
  });
});
