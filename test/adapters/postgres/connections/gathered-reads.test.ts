import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createConnectionsProjector } from '../../../../src/adapters/postgres/connections/connections-projector.ts';
import { createConnections } from '../../../../src/adapters/postgres/connections/postgres-connections.ts';
import type { Connections, Viewer } from '../../../../src/application/ports/connections.ts';
import type { EventStore } from '../../../../src/application/ports/event-store.ts';
import { connectionId, userId, type ConnectionId } from '../../../../src/domain/values/ids.ts';
import { createInMemoryEventStore } from '../../../support/in-memory-event-store.ts';
import { absentPool, createMigratedDatabase, type MigratedDatabase } from '../../../support/projection-database.ts';
import { ourClientKey, writeConnection, type WrittenConnection } from '../../../support/projection-history.ts';
import { emptyTables, projectAll } from '../../../support/projection-replay.ts';
import { createProjectionSealer, type ProjectionSealer } from '../../../support/projection-sealer.ts';

let database: MigratedDatabase;
let eventStore: EventStore;
let sealer: ProjectionSealer;
const projector = () => createConnectionsProjector({ sealer, clientKey: ourClientKey });
const project = () => projectAll(database.pool, eventStore, projector());

beforeAll(async () => {
  database = await createMigratedDatabase();
});
beforeEach(async () => {
  eventStore = createInMemoryEventStore();
  sealer = createProjectionSealer();
  await emptyTables(database.pool, projector());
});
afterAll(() => database.drop());

const service: Viewer = { kind: 'service' };
const nobodys = connectionId('00000000-0000-5000-8000-000000000000');

const connect = async (user: string): Promise<WrittenConnection> => {
  const connection = writeConnection(eventStore, sealer);
  await connection.connect(user);
  return connection;
};

/** Connections over a pool whose statements are counted. */
const counted = (): Readonly<{ connections: Connections; statements: () => number }> => {
  const pool = database.anotherPool();
  const query = vi.spyOn(pool, 'query');
  return { connections: createConnections(pool), statements: () => query.mock.calls.length };
};

const usersOf = async (connections: Connections, ids: readonly ConnectionId[]): Promise<readonly (string | undefined)[]> => {
  const read = await Promise.all(ids.map((id) => connections.byId(id, service)));
  return read.map((view) => view._unsafeUnwrap()?.userId);
};

describe('connections that a service asks for in one turn', () => {
  test('are one statement, and each is answered with its own', async () => {
    const ada = await connect('user_1');
    const bruno = await connect('user_2');
    await project();
    const { connections, statements } = counted();
    expect(await usersOf(connections, [bruno.id, nobodys, ada.id, bruno.id])).toEqual(['user_2', undefined, 'user_1', 'user_2']);
    expect(statements()).toBe(1);
  });

  test('are several statements when they are very many', async () => {
    const ada = await connect('user_1');
    await project();
    const { connections, statements } = counted();
    expect(new Set(await usersOf(connections, Array<ConnectionId>(65).fill(ada.id)))).toEqual(new Set(['user_1']));
    expect(statements()).toBe(3);
  });

  test('show the owner that is one now', async () => {
    const ada = await connect('user_1');
    await ada.disconnect();
    await ada.connect('user_2');
    await project();
    expect(await usersOf(createConnections(database.pool), [ada.id, nobodys])).toEqual(['user_2', undefined]);
  });

  test('do not fail with one whose row is broken', async () => {
    const ada = await connect('user_1');
    const broken = await connect('user_2');
    await project();
    await database.pool.query(`update tiktok_connections.connections set status = 'broken' where connection_id = $1`, [broken.id]);
    const connections = createConnections(database.pool);
    const [good, bad] = await Promise.all([connections.byId(ada.id, service), connections.byId(broken.id, service)]);
    expect(good._unsafeUnwrap()?.userId).toBe('user_1');
    expect(bad._unsafeUnwrapErr().kind).toBe('Unavailable');
  });

  test('do not fail with one whose id is no UUID', async () => {
    const ada = await connect('user_1');
    await project();
    const connections = createConnections(database.pool);
    const [good, bad] = await Promise.all([connections.byId(ada.id, service), connections.byId(connectionId('none'), service)]);
    expect(good._unsafeUnwrap()?.userId).toBe('user_1');
    expect(bad._unsafeUnwrapErr().kind).toBe('Unavailable');
  });

  test('are all Unavailable while the database is away', async () => {
    const away = createConnections(absentPool());
    const read = await Promise.all([away.byId(nobodys, service), away.byId(nobodys, service)]);
    expect(read.map((view) => view._unsafeUnwrapErr().kind)).toEqual(['Unavailable', 'Unavailable']);
  });
});

test('one that a service asks for alone is one statement', async () => {
  const ada = await connect('user_1');
  await project();
  const { connections, statements } = counted();
  expect(await usersOf(connections, [ada.id])).toEqual(['user_1']);
  expect(statements()).toBe(1);
});

test('what an end user asks for is never gathered with what others may see', async () => {
  const ada = await connect('user_1');
  await project();
  const connections = createConnections(database.pool);
  const asked: readonly Viewer[] = [service, { kind: 'owner', userId: userId('user_2') }, { kind: 'owner', userId: userId('user_1') }];
  const read = await Promise.all(asked.map((viewer) => connections.byId(ada.id, viewer)));
  expect(read.map((view) => view._unsafeUnwrap()?.userId)).toEqual(['user_1', undefined, 'user_1']);
});
