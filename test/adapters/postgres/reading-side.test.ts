import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createPostgresEventStore, type PostgresEventStore } from '../../../src/adapters/event-store/postgres/postgres-event-store.ts';
import { connectionColumns, connectionRow, recordOf } from '../../../src/adapters/postgres/connections/connection-row.ts';
import { createConnectionsProjector } from '../../../src/adapters/postgres/connections/connections-projector.ts';
import { createConnections } from '../../../src/adapters/postgres/connections/postgres-connections.ts';
import { createProjectionProgress } from '../../../src/adapters/postgres/postgres-projection-progress.ts';
import { createProgressBoard } from '../../../src/adapters/postgres/projector/progress-board.ts';
import { createProjectorRuntime } from '../../../src/adapters/postgres/projector/projector-runtime.ts';
import { createWorkProjector } from '../../../src/adapters/postgres/work-lists/work-projector.ts';
import { createWorkRuntime } from '../../../src/adapters/postgres/work-lists/work-runtime.ts';
import { createMigratedDatabase, type MigratedDatabase } from '../../support/projection-database.ts';
import { ourClientKey, writeConnection } from '../../support/projection-history.ts';
import { endDriversBackends } from '../../support/projection-replica.ts';
import { rebuilt } from '../../support/projection-replay.ts';
import { createProjectionSealer } from '../../support/projection-sealer.ts';

const sealer = createProjectionSealer();
const stops: (() => Promise<void>)[] = [];
let database: MigratedDatabase;
let eventStore: PostgresEventStore;

beforeAll(async () => {
  database = await createMigratedDatabase();
});
beforeEach(() => {
  eventStore = createPostgresEventStore({ pool: database.pool, url: database.url });
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  await eventStore.close();
});
afterAll(() => database.drop());

/** What one process of the service has of the reading side, over the real event store. */
const startReplica = (worked: string[]) => {
  const pool = database.anotherPool();
  const own = createPostgresEventStore({ pool, url: database.url });
  const board = createProgressBoard();
  const projectors = [createConnectionsProjector({ sealer, clientKey: ourClientKey }), createWorkProjector('eager')];
  const work = createWorkRuntime({
    pool,
    handlers: {
      destroy_keys: async ({ subject }) => {
        worked.push(subject);
        return { kind: 'Done' };
      },
    },
  });
  const runtime = createProjectorRuntime({ pool, eventStore: own, projectors, board, onWritten: () => work.wake() });
  runtime.start();
  work.start();
  stops.push(async () => {
    await runtime.stop();
    await work.stop();
    await own.close();
  });
  const progress = createProjectionProgress({ pool, board, projections: projectors.map(({ name }) => name) });
  return { runtime, progress, connections: createConnections(pool) };
};

test('two replicas follow the history through kills and rebuilds, and every row, page and piece of work is right', async () => {
  const worked: string[] = [];
  const replicas = [startReplica(worked), startReplica(worked)];
  const connections = Array.from({ length: 12 }, () => writeConnection(eventStore, sealer));
  const writing = Promise.all(
    connections.map(async (connection, index) => {
      for (let turn = 0; turn < 4; turn += 1) {
        await connection.connect(`user_${(index + turn) % 3}`, { profile: { display_name: `name ${turn}` } });
        await connection.changeScopes('user.info.basic', `scope.n${turn}`);
        await connection.changeProfile({ display_name: `changed ${turn}` });
        if (turn < 3 || index % 2 === 0) await connection.disconnect();
      }
    }),
  );
  await vi.waitFor(async () => expect(await endDriversBackends(database.pool)).toBeGreaterThan(0), { timeout: 10_000 });
  await rebuilt(database.pool, eventStore, createConnectionsProjector({ sealer, clientKey: ourClientKey }));
  await rebuilt(database.pool, eventStore, createWorkProjector('eager'));
  await writing;

  const last = connections.map(({ checkpoint }) => checkpoint).filter((checkpoint) => checkpoint !== null).sort().at(-1);
  if (last === undefined) throw new Error('nothing was written');
  expect(await Promise.all(replicas.map(({ progress }) => progress.waitFor(last, 15_000)))).toEqual([true, true]);

  const { rows } = await database.pool.query(`select ${connectionColumns.join(', ')} from tiktok_connections.connections`);
  const stored = rows.map((row) => connectionRow.parse(row));
  for (const { id, record } of connections) expect(recordOf(stored.filter((row) => row.connection_id === id))).toEqual(record);

  const query = { viewer: { kind: 'service' }, userId: null, openId: null, statuses: null, limit: 200, cursor: null } as const;
  for (const { connections: readModel } of replicas) {
    const shown = (await readModel.list(query))._unsafeUnwrap().connections;
    expect(shown).toHaveLength(12);
    expect(shown.every(({ profile }) => profile.display_name === 'changed 3')).toBe(true);
  }
  const ended = connections.reduce((sum, { state }) => sum + (state.status === 'disconnected' ? 4 : 3), 0);
  await vi.waitFor(() => expect(new Set(worked).size).toBe(ended), { timeout: 10_000 });
  expect(worked).toHaveLength(ended);
}, 60_000);

test('a write is read by the replica that took it, within the wait that its answer allows', async () => {
  const { progress, connections, runtime } = startReplica([]);
  await vi.waitFor(() => expect(runtime.health().every(({ driving, lagMillis }) => driving && lagMillis === 0)).toBe(true), { timeout: 10_000 });
  for (let turn = 0; turn < 5; turn += 1) {
    const connection = writeConnection(eventStore, sealer);
    await connection.connect();
    if (connection.checkpoint === null) throw new Error('nothing was written');
    expect(await progress.waitFor(connection.checkpoint, 2_000)).toBe(true);
    expect((await connections.byId(connection.id, { kind: 'service' }))._unsafeUnwrap()).toMatchObject({ status: 'active', revision: 1 });
  }
});
