import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { countDueWork } from '../../../../src/adapters/postgres/work-lists/count-due-work.ts';
import { createWorkLeases, type Lease } from '../../../../src/adapters/postgres/work-lists/work-leases.ts';
import { createWorkProjector } from '../../../../src/adapters/postgres/work-lists/work-projector.ts';
import type { EventStore } from '../../../../src/application/ports/event-store.ts';
import type { NextStep } from '../../../../src/application/work-lists/work-handler.ts';
import { publicationWorkKinds } from '../../../../src/application/work-lists/work-kinds.ts';
import { chunk, delivered, opened, opening, published } from '../../../domain/publication/commands.ts';
import { createInMemoryEventStore } from '../../../support/in-memory-event-store.ts';
import { createMigratedDatabase, type MigratedDatabase } from '../../../support/projection-database.ts';
import { emptyTables, projectAll, rebuilt } from '../../../support/projection-replay.ts';
import { createProjectionSealer } from '../../../support/projection-sealer.ts';
import { watchStatements } from '../../../support/sent-statements.ts';
import { nothingHanded, writePublication, type WrittenPublication } from '../../../support/publication-history.ts';

let database: MigratedDatabase;
let eventStore: EventStore;
let publication: WrittenPublication;
const projector = createWorkProjector('eager');
const project = () => projectAll(database.pool, eventStore, projector);
const take = (leaseMillis = 60_000): Promise<readonly Lease[]> => createWorkLeases(database.pool).take(publicationWorkKinds, 10, leaseMillis);
const taken = async (leaseMillis?: number): Promise<Lease> => {
  const [lease, another] = await take(leaseMillis);
  if (lease === undefined || another !== undefined) throw new Error('not exactly one was leased');
  return lease;
};

/** The look at TikTok behind the last chunk. */
const following5 = (): NextStep => ({ kind: 'poll_publication', revision: 5, handed: nothingHanded });

beforeAll(async () => {
  database = await createMigratedDatabase();
});
beforeEach(async () => {
  eventStore = createInMemoryEventStore();
  await emptyTables(database.pool, projector);
  await database.pool.query('truncate tiktok_connections.work_runs');
  publication = writePublication(eventStore, createProjectionSealer());
  await publication.accept();
  await publication.append(opening());
  await publication.append(opened());
  await project();
});
afterAll(() => database.drop());

test('a chunk that is recorded gives the upload to nobody else while its lease lives', async () => {
  const lease = await taken();
  expect(lease.work).toMatchObject({ kind: 'send_chunks', subject: publication.id, connectionId: publication.connectionId, revision: 3 });
  for (const index of [0, 1]) {
    await publication.append(chunk(index));
    await project();
    expect(await take()).toEqual([]);
  }
  expect(await createWorkLeases(database.pool).renew([lease], 60_000)).toEqual([lease]);
  await rebuilt(database.pool, eventStore, projector);
  expect(await take()).toEqual([]);
});

test('an upload whose worker was killed is leased again once the lease has run out, as often as if it were new', async () => {
  await taken(0);
  await publication.append(chunk(0));
  await project();
  const again = await taken();
  expect(again.work).toMatchObject({ kind: 'send_chunks', revision: 4, attempts: 1 });
  await createWorkLeases(database.pool).done(again);
  expect(await take()).toEqual([]);
});

test('a worker that ended before its chunk was projected leaves what is left to the next', async () => {
  const lease = await taken();
  await publication.append(chunk(0));
  await createWorkLeases(database.pool).done(lease);
  expect(await take()).toEqual([]);
  await project();
  expect((await taken()).work.revision).toBe(4);
});

test('an upload that is whole is to be sent by nobody, whatever its lease, and is to be followed', async () => {
  const lease = await taken();
  await publication.append(chunk(11), delivered);
  await project();
  await createWorkLeases(database.pool).retry(lease, 0, 'it did not know');
  expect((await taken()).work).toMatchObject({ kind: 'poll_publication', revision: 5 });
});

test('what follows at once is leased before the list has it, and then worked on by nobody else', async () => {
  const lease = await taken();
  await publication.append(chunk(11), delivered);
  const leases = createWorkLeases(database.pool);
  const following = await leases.passOn(lease, following5(), 60_000);
  expect(following?.work).toMatchObject({ kind: 'poll_publication', subject: publication.id, revision: 5, attempts: 1 });
  await project();
  expect(await take()).toEqual([]);
  if (following === null) throw new Error('it was leased to nobody');
  expect(await leases.renew([lease, following], 60_000)).toEqual([following]);
  await leases.later(following, 0);
  expect((await taken()).work).toMatchObject({ kind: 'poll_publication', revision: 5 });
});

test('what a step leaves is ended and followed by one statement', async () => {
  const lease = await taken();
  await publication.append(chunk(11), delivered);
  using sent = watchStatements();
  const leases = createWorkLeases(database.pool);
  await leases.passOn(lease, following5(), 60_000);
  expect(sent.of(['work_leases.go_on'])).toEqual(['work_leases.go_on']);
});

test('what follows is had by one alone, whether from the list or behind the step before', async () => {
  const lease = await taken();
  await publication.append(chunk(11), delivered);
  await project();
  const fromTheList = await taken();
  expect(fromTheList.work.kind).toBe('poll_publication');
  const leases = createWorkLeases(database.pool);
  expect(await leases.passOn(lease, following5(), 60_000)).toBeNull();
  await leases.done(fromTheList);
  expect(await leases.passOn(lease, following5(), 60_000)).toBeNull();
});

test('what a step has seen to be done stays done, though the list comes to it later', async () => {
  const lease = await taken();
  await publication.append(chunk(11), delivered);
  const leases = createWorkLeases(database.pool);
  const following = await leases.passOn(lease, following5(), 60_000);
  if (following === null) throw new Error('it was leased to nobody');
  await publication.append(published());
  await leases.done(following, 6);
  await project();
  expect(await take()).toEqual([]);
  expect((await database.pool.query(`select revision, runnable_at from tiktok_connections.work_items where kind = 'poll_publication'`)).rows).toEqual([{ revision: 6, runnable_at: null }]);
});

test('what is due is counted by kind', async () => {
  expect(Object.fromEntries((await countDueWork(database.pool)).map(({ kind, count }) => [kind, count]))).toMatchObject({ open_upload: 0, send_chunks: 1, refresh: 0 });
  await take();
  expect(Object.fromEntries((await countDueWork(database.pool)).map(({ kind, count }) => [kind, count]))).toMatchObject({ send_chunks: 0 });
});
