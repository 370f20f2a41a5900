import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createWorkProjector } from '../../../../src/adapters/postgres/work/work-projector.ts';
import type { EventStore } from '../../../../src/application/ports/event-store.ts';
import { createInMemoryEventStore } from '../../../support/in-memory-event-store.ts';
import { createMigratedDatabase, type MigratedDatabase } from '../../../support/projection-database.ts';
import { writeConnection } from '../../../support/projection-history.ts';
import { emptyTables, projectAll, replayedRows } from '../../../support/projection-replay.ts';
import { createProjectionSealer } from '../../../support/projection-sealer.ts';

let database: MigratedDatabase;
let eventStore: EventStore;

beforeAll(async () => {
  database = await createMigratedDatabase();
});
beforeEach(async () => {
  eventStore = createInMemoryEventStore();
  await emptyTables(database.pool, createWorkProjector('eager'));
  await database.pool.query('truncate tiktok_connections.work_runs');
});
afterAll(() => database.drop());

test('a life that ended has its keys to be destroyed, from that moment on', async () => {
  const ada = writeConnection(eventStore, createProjectionSealer());
  await ada.connect();
  expect((await replayedRows(database.pool, eventStore, createWorkProjector('eager')))['work_items']).toMatchObject([{ kind: 'refresh', subject: ada.id }, { kind: 'validate', subject: ada.id }]);
  await ada.disconnect();
  await ada.connect();
  await ada.disconnect();
  const { work_items: items } = await replayedRows(database.pool, eventStore, createWorkProjector('eager'));
  expect(items).toMatchObject([
    { kind: 'destroy_keys', subject: `${ada.id}:1`, connection_id: ada.id, life: 1, revision: 2 },
    { kind: 'destroy_keys', subject: `${ada.id}:2`, connection_id: ada.id, life: 2, revision: 4, due_at: new Date(ada.record?.owners[0]?.updatedAt ?? '') },
  ]);
});

test('an item is written only with a greater revision', async () => {
  const ada = writeConnection(eventStore, createProjectionSealer());
  await ada.connect();
  await ada.disconnect();
  await projectAll(database.pool, eventStore, createWorkProjector('eager'));
  await database.pool.query('update tiktok_connections.work_items set revision = 9, life = 9');
  await database.pool.query(`update tiktok_connections.projections set checkpoint = null where projection = 'work'`);
  await projectAll(database.pool, eventStore, createWorkProjector('eager'));
  const { rows } = await database.pool.query('select revision, life from tiktok_connections.work_items');
  expect(rows).toEqual([{ revision: 9, life: 9 }]);
});

test('an item that was done before stands in a rebuilt list as done', async () => {
  const ada = writeConnection(eventStore, createProjectionSealer());
  await ada.connect();
  await ada.disconnect();
  await projectAll(database.pool, eventStore, createWorkProjector('eager'));
  await database.pool.query(`insert into tiktok_connections.work_runs (kind, subject, revision, done_revision) values ('destroy_keys', $1, 2, 2)`, [`${ada.id}:1`]);
  await emptyTables(database.pool, createWorkProjector('eager'));
  const { work_items: items } = await replayedRows(database.pool, eventStore, createWorkProjector('eager'));
  expect(items).toMatchObject([{ subject: `${ada.id}:1`, runnable_at: null }]);
});
