import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { transactionOf } from '../../../../src/adapters/postgres/projector/projection-tables.ts';
import { createWorkProjector } from '../../../../src/adapters/postgres/work-lists/work-projector.ts';
import type { EventStore } from '../../../../src/application/ports/event-store.ts';
import type { PublicationEvent } from '../../../../src/domain/publication/events.ts';
import { publicationId, userId } from '../../../../src/domain/values/ids.ts';
import { chunk, delivered, opened, opening, post, published, request, second } from '../../../domain/publication/commands.ts';
import { createInMemoryEventStore } from '../../../support/in-memory-event-store.ts';
import { createMigratedDatabase, type MigratedDatabase } from '../../../support/projection-database.ts';
import { nextMoment, writeConnection } from '../../../support/projection-history.ts';
import { writePublication } from '../../../support/publication-history.ts';
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

test('a life that ended has its keys to be destroyed and its publications to be ended, from that moment on', async () => {
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
    { kind: 'end_publications', subject: `${ada.id}:1`, connection_id: ada.id, life: 1, revision: 2 },
    { kind: 'end_publications', subject: `${ada.id}:2`, connection_id: ada.id, life: 2, revision: 4 },
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
  expect(rows).toEqual(Array(2).fill({ revision: 9, life: 9 }));
});

test('an item that was done before stands in a rebuilt list as done', async () => {
  const ada = writeConnection(eventStore, createProjectionSealer());
  await ada.connect();
  await ada.disconnect();
  await projectAll(database.pool, eventStore, createWorkProjector('eager'));
  await database.pool.query(`insert into tiktok_connections.work_runs (kind, subject, revision, done_revision) values ('destroy_keys', $1, 2, 2)`, [`${ada.id}:1`]);
  await emptyTables(database.pool, createWorkProjector('eager'));
  const { work_items: items } = await replayedRows(database.pool, eventStore, createWorkProjector('eager'));
  expect(items).toMatchObject([{ kind: 'destroy_keys', subject: `${ada.id}:1`, runnable_at: null }, { kind: 'end_publications' }]);
  expect(items?.[1]?.['runnable_at']).not.toBeNull();
});

const steps: readonly (readonly [PublicationEvent, readonly string[]])[] = [
  [opening(), ['open_upload']],
  [opened(), ['send_chunks']],
  [chunk(0), ['send_chunks']],
  [delivered, ['poll_publication']],
  [published(), ['poll_publication']],
  [{ type: 'PostIdsLearned', data: { postIds: [post], by: 'webhook', learnedAt: second(9) } }, []],
];

test('each event of a publication leaves the one step that is next, with whose it is', async () => {
  const publication = writePublication(eventStore, createProjectionSealer(), { life: 3 });
  await publication.accept();
  const list = async () => (await replayedRows(database.pool, eventStore, createWorkProjector('eager')))['work_items'];
  expect(await list()).toMatchObject([{ kind: 'open_upload', subject: publication.id, connection_id: publication.connectionId, life: 3, revision: 1 }]);
  for (const [index, [event, kinds]] of steps.entries()) {
    await publication.append(event);
    expect(await list()).toMatchObject(kinds.map((kind) => ({ kind, connection_id: publication.connectionId, life: 3, revision: index + 2 })));
  }
});

const requested = async () => {
  const ada = writeConnection(eventStore, createProjectionSealer());
  await ada.connect();
  const id = publicationId('0b6f4f7e-6e0c-4c3e-9c39-1f3b5c0a7d12');
  await ada.append({ type: 'PublishRequested', data: { life: 1, publicationId: id, userId: userId('user_1'), request: request(), requestedAt: nextMoment() } });
  return { ada, publication: writePublication(eventStore, createProjectionSealer(), { id, connectionId: ada.id }) };
};
const publishing = async (): Promise<unknown> =>
  (await database.pool.query(`select kind, subject from tiktok_connections.work_items where kind not in ('refresh', 'validate')`)).rows;

test('a request whose own stream does not begin is to be made up for, until it begins', async () => {
  const { publication } = await requested();
  await projectAll(database.pool, eventStore, createWorkProjector('eager'));
  expect(await publishing()).toEqual([{ kind: 'accept_publication', subject: publication.id }]);
  await publication.accept();
  await replayedRows(database.pool, eventStore, createWorkProjector('eager'));
  expect(await publishing()).toEqual([{ kind: 'open_upload', subject: publication.id }]);
});

test('a request that is followed later than what came of it leaves nothing to be made up for', async () => {
  const { ada, publication } = await requested();
  await publication.accept();
  const projector = createWorkProjector('eager');
  const backwards = (await Array.fromAsync(eventStore.feed({ after: null, streamPrefixes: [], batchSize: 100, live: false, signal: new AbortController().signal })))
    .flatMap((batch) => batch._unsafeUnwrap().events)
    .flatMap((event) => (event.readable ? [event] : []))
    .toSorted((a, b) => Number(a.stream.endsWith(ada.id)) - Number(b.stream.endsWith(ada.id)));
  const transaction = transactionOf(database.pool, projector, 'live');
  for (const event of backwards) (await projector.apply(transaction, [event]))._unsafeUnwrap();
  expect(await publishing()).toEqual([{ kind: 'open_upload', subject: publication.id }]);
});

test('what happens to a publication whose beginning is unknown is nobody\'s work', async () => {
  const publication = writePublication(eventStore, createProjectionSealer());
  await publication.append(opening());
  await projectAll(database.pool, eventStore, createWorkProjector('eager'));
  expect(await publishing()).toEqual([]);
});
