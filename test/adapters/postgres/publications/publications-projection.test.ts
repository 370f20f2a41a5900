import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createPublications } from '../../../../src/adapters/postgres/publications/postgres-publications.ts';
import { createPublicationsProjector } from '../../../../src/adapters/postgres/publications/publications-projector.ts';
import type { PublicationPage, PublicationQuery } from '../../../../src/application/ports/publications.ts';
import type { EventStore } from '../../../../src/application/ports/event-store.ts';
import { publicationStream } from '../../../../src/application/execution/streams.ts';
import { connectionId, postId, publicationId, publishId, userId } from '../../../../src/domain/values/ids.ts';
import { cancelled, chunk, deferred, delivered, failedBecause, opened, opening, otherPost, post, published, pulled, second, theirId, unknown } from '../../../domain/publication/commands.ts';
import { createInMemoryEventStore } from '../../../support/in-memory-event-store.ts';
import { absentPool, createMigratedDatabase, type MigratedDatabase } from '../../../support/projection-database.ts';
import { emptyTables, projectAll, replayedRows } from '../../../support/projection-replay.ts';
import { createProjectionSealer, type ProjectionSealer } from '../../../support/projection-sealer.ts';
import { watchStatements } from '../../../support/sent-statements.ts';
import { writePublication, type Whose, type WrittenPublication } from '../../../support/publication-history.ts';

let database: MigratedDatabase;
let eventStore: EventStore;
let sealer: ProjectionSealer;
const projector = createPublicationsProjector();

beforeAll(async () => {
  database = await createMigratedDatabase();
});
beforeEach(async () => {
  eventStore = createInMemoryEventStore();
  sealer = createProjectionSealer();
  await emptyTables(database.pool, projector);
});
afterAll(() => database.drop());

const service = { kind: 'service' } as const;
const ownedBy = (user: string) => ({ kind: 'owner', userId: userId(user) }) as const;
const publications = () => createPublications(database.pool, sealer);
const accepted = async (whose: Whose = {}): Promise<WrittenPublication> => {
  const publication = writePublication(eventStore, sealer, whose);
  await publication.accept();
  return publication;
};
const project = () => projectAll(database.pool, eventStore, projector);
const listed = async (query: Partial<PublicationQuery>): Promise<PublicationPage> =>
  (await publications().list({ viewer: service, connectionId: null, statuses: null, limit: 200, cursor: null, ...query }))._unsafeUnwrap();
const idsIn = async (query: Partial<PublicationQuery>) => (await listed(query)).publications.map(({ id }) => id);

test('a row is what the history leads to, however it is cut, and each status is the one callers see', async () => {
  const ends = [
    [],
    [deferred('daily_limit', second(60), 0)],
    [opening()],
    [opening(), opened(), chunk(0), chunk(1)],
    [opening(), opened(), chunk(0), chunk(11), delivered],
    [opening(), opened(), chunk(11), delivered, published(post)],
    [opening(), opened({ upload: null }), failedBecause('internal', true)],
    [opening(), unknown('opening_unanswered')],
    [cancelled],
  ];
  const written = await Promise.all(
    ends.map(async (events) => {
      const publication = await accepted();
      for (const event of events) await publication.append(event);
      return publication;
    }),
  );
  await replayedRows(database.pool, eventStore, projector);
  for (const { id, record } of written) {
    const view = (await publications().byId(id, service))._unsafeUnwrap();
    expect(view).toMatchObject({ status: record?.status, statusReason: record?.statusReason, revision: record?.revision, publishId: record?.publishId });
  }
  const statuses = (await listed({})).publications.map(({ status }) => status);
  expect(statuses.toSorted()).toEqual(['cancelled', 'failed', 'outcome_unknown', 'processing', 'published', 'queued', 'queued', 'queued', 'uploading']);
});

test('the address of a post is made with the name of its creator, and with one look-up of keys for a page', async () => {
  const shown = await accepted({ username: 'ada.lovelace' });
  await shown.append(opening(), opened(), published(post));
  const erased = await accepted();
  await erased.append(opening(), opened(), published(post));
  await accepted();
  await project();
  sealer.fail(erased.connectionId, 1, { kind: 'Erased' });
  const page = await listed({});
  const urlsOf = (id: string) => page.publications.find((publication) => publication.id === id)?.shareUrls;
  expect(urlsOf(shown.id)).toEqual([`https://www.tiktok.com/@ada.lovelace/video/${post}`]);
  expect(urlsOf(erased.id)).toEqual([]);
  expect(sealer.asked).toBe(2);
  sealer.away = true;
  expect((await publications().byId(shown.id, service))._unsafeUnwrap()).toMatchObject({ postIds: [post], shareUrls: [] });
});

test('an end user sees what was published through lives that were theirs, and nothing else', async () => {
  const connection = connectionId('6f0e0000-0000-5000-8000-000000000001');
  const first = await accepted({ connectionId: connection, user: 'user_1', life: 1 });
  const then = await accepted({ connectionId: connection, user: 'user_2', life: 2 });
  await project();
  expect(await idsIn({ viewer: ownedBy('user_1') })).toEqual([first.id]);
  expect(await idsIn({ viewer: ownedBy('user_2'), connectionId: connection })).toEqual([then.id]);
  expect((await publications().byId(first.id, ownedBy('user_2')))._unsafeUnwrap()).toBeNull();
  expect((await publications().byId(first.id, ownedBy('user_1')))._unsafeUnwrap()).not.toBeNull();
  expect(await idsIn({ connectionId: connection })).toEqual([then.id, first.id]);
});

test('pages go from the newest to the oldest, each publication once, also while more are made', async () => {
  const written: WrittenPublication[] = [];
  for (let number = 0; number < 7; number += 1) written.push(await accepted());
  await project();
  const first = await listed({ limit: 3 });
  await accepted();
  await project();
  const next = await listed({ limit: 3, cursor: first.nextCursor });
  const last = await listed({ limit: 3, cursor: next.nextCursor });
  const ids = [first, next, last].flatMap((page) => page.publications.map(({ id }) => id));
  expect(ids).toEqual(written.map(({ id }) => id).toReversed());
  expect(last.nextCursor).toBeNull();
  const refused = await publications().list({ viewer: service, connectionId: null, statuses: null, limit: 3, cursor: 'made up' });
  expect(refused._unsafeUnwrapErr()).toEqual({ kind: 'BadCursor' });
});

test('a page holds the statuses that were asked for', async () => {
  const waiting = await accepted();
  const gone = await accepted();
  await gone.append(cancelled);
  await project();
  expect(await idsIn({ statuses: ['cancelled'] })).toEqual([gone.id]);
  expect(await idsIn({ statuses: ['queued', 'scheduled'] })).toEqual([waiting.id]);
});

test('is found by the publish_id of TikTok, and as unanswered while none is known', async () => {
  const known = await accepted();
  await known.append(opening(), opened());
  const lost = writePublication(eventStore, sealer, { connectionId: known.connectionId });
  await lost.accept(pulled);
  await lost.append(opening(), unknown('opening_unanswered'));
  await project();
  expect((await publications().byPublishId(theirId))._unsafeUnwrap()).toBe(known.id);
  expect((await publications().byPublishId(publishId('another')))._unsafeUnwrap()).toBeNull();
  expect((await publications().unanswered(known.connectionId))._unsafeUnwrap()).toEqual([lost.id]);
});

test('stays unanswered where an operator or a recent post ends it, and has the posts that it is known to have become', async () => {
  const [found, refused] = [await accepted(), await accepted()];
  const ended = writePublication(eventStore, sealer, { connectionId: found.connectionId });
  await ended.accept(pulled);
  await ended.append(opening(), unknown('opening_unanswered'), failedBecause('resolved_not_published', true));
  await found.append(opening(), unknown('opening_unanswered'), published(post, otherPost));
  await refused.append(opening(), failedBecause('spam_risk', false));
  await project();
  expect(new Set((await publications().unanswered(found.connectionId))._unsafeUnwrap())).toEqual(new Set([found.id, ended.id]));
  expect((await publications().unanswered(refused.connectionId))._unsafeUnwrap()).toEqual([]);
  const none = postId('7678907398077074698');
  expect((await publications().claimed(found.connectionId, [none, otherPost]))._unsafeUnwrap()).toEqual([otherPost]);
  expect((await publications().claimed(refused.connectionId, [otherPost]))._unsafeUnwrap()).toEqual([]);
});

test('those looked for by publish_id in one turn are one statement, and one that no database can hold is found by nobody', async () => {
  const known = await accepted();
  await known.append(opening(), opened());
  await project();
  const readers = publications();
  using sent = watchStatements();
  const found = await Promise.all([theirId, publishId('another'), publishId('with\0a zero'), theirId].map((id) => readers.byPublishId(id)));
  expect(found.map((each) => each._unsafeUnwrap())).toEqual([known.id, null, null, known.id]);
  expect(sent.of(['publications.by_publish_ids'])).toEqual(['publications.by_publish_ids']);
});

test('those looked for among the unanswered in one turn are one statement, and each is answered with its own', async () => {
  const [one, other, answered] = [await accepted(), await accepted(), await accepted()];
  for (const lost of [one, other]) await lost.append(opening(), unknown('opening_unanswered'));
  await answered.append(opening(), opened());
  await project();
  const readers = publications();
  using sent = watchStatements();
  const found = await Promise.all([one, answered, other, one].map(({ connectionId: whose }) => readers.unanswered(whose)));
  expect(found.map((each) => each._unsafeUnwrap())).toEqual([[one.id], [], [other.id], [one.id]]);
  expect(sent.of(['publications.unanswered'])).toEqual(['publications.unanswered']);
});

test('what PostgreSQL cannot hold of the words of TikTok stops no publication', async () => {
  const odd = await accepted();
  await odd.append(opening(), opened(), failedBecause('odd\0reason\uD800', false));
  await project();
  expect((await publications().byId(odd.id, service))._unsafeUnwrap()).toMatchObject({ status: 'failed', statusReason: 'odd\uFFFDreason\uFFFD' });
});

test('a stream whose name names no publication is parked, and the rest goes on', async () => {
  const fine = await accepted();
  const stray = writePublication(eventStore, sealer, { id: publicationId('no-uuid') });
  await stray.accept();
  await project();
  const { rows } = await database.pool.query(`select stream from tiktok_connections.parked_streams where projection = 'publications'`);
  expect(rows).toEqual([{ stream: publicationStream(stray.id) }]);
  expect(await idsIn({})).toEqual([fine.id]);
});

test('a database that is away is said to be unavailable', async () => {
  const away = createPublications(absentPool(), sealer);
  expect((await away.byId(publicationId('6f0e0000-0000-5000-8000-000000000002'), service))._unsafeUnwrapErr().kind).toBe('Unavailable');
  expect((await away.byPublishId(theirId))._unsafeUnwrapErr().kind).toBe('Unavailable');
  expect((await away.unanswered(connectionId('6f0e0000-0000-5000-8000-000000000003')))._unsafeUnwrapErr().kind).toBe('Unavailable');
});
