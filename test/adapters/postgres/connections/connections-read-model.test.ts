import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createConnectionsProjector } from '../../../../src/adapters/postgres/connections/connections-projector.ts';
import { cursorOf, parseCursor } from '../../../../src/adapters/postgres/page-cursor.ts';
import { createConnections } from '../../../../src/adapters/postgres/connections/postgres-connections.ts';
import type { ConnectionPage, ConnectionQuery, Viewer } from '../../../../src/application/ports/connections.ts';
import type { EventStore } from '../../../../src/application/ports/event-store.ts';
import { noProfile } from '../../../../src/application/reading/profile.ts';
import { lifeSeenBy } from '../../../../src/application/reading/render-view.ts';
import { connectionId, openId, userId } from '../../../../src/domain/values/ids.ts';
import { instant } from '../../../../src/domain/values/instant.ts';
import { createInMemoryEventStore } from '../../../support/in-memory-event-store.ts';
import { absentPool, createMigratedDatabase, type MigratedDatabase } from '../../../support/projection-database.ts';
import { ourClientKey, writeConnection, type WrittenConnection } from '../../../support/projection-history.ts';
import { emptyTables, projectAll } from '../../../support/projection-replay.ts';
import { createProjectionSealer, profileOf, type ProjectionSealer } from '../../../support/projection-sealer.ts';

let database: MigratedDatabase;
let eventStore: EventStore;
let sealer: ProjectionSealer;
const projector = () => createConnectionsProjector({ sealer, clientKey: ourClientKey });
const project = () => projectAll(database.pool, eventStore, projector());
const connections = () => createConnections(database.pool);

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
const owner = (user: string): Viewer => ({ kind: 'owner', userId: userId(user) });
const all: ConnectionQuery = { viewer: service, userId: null, openId: null, statuses: null, limit: 200, cursor: null };

const connect = async (user = 'user_1'): Promise<WrittenConnection> => {
  const connection = writeConnection(eventStore, sealer);
  await connection.connect(user);
  return connection;
};
const listed = async (query: Partial<ConnectionQuery>): Promise<ConnectionPage> => (await connections().list({ ...all, ...query }))._unsafeUnwrap();
const idsOf = (page: ConnectionPage): readonly string[] => page.connections.map(({ id }) => id);
const idsIn = async (query: Partial<ConnectionQuery>): Promise<readonly string[]> => idsOf(await listed(query));
const ids = (...written: readonly WrittenConnection[]): readonly string[] => written.map(({ id }) => id);

describe('a connection by its id', () => {
  test('is what the history says, for a service and for each of its owners', async () => {
    const ada = await connect('user_1');
    await ada.changeScopes('user.info.basic', 'video.list');
    await ada.disconnect();
    const second = { display_name: 'Second', username: 'second' };
    await ada.connect('user_2', { profile: second });
    await project();
    const owners = [owner('user_1'), owner('user_2')];
    for (const viewer of [service, ...owners]) {
      const life = ada.record === null ? undefined : lifeSeenBy(ada.record, viewer);
      if (life === undefined) throw new Error('no life');
      const shown = (await connections().byId(ada.id, viewer))._unsafeUnwrap();
      const { profile: _, tokens: __, clientKey: ___, life: ____, firstConnectedAt: _____, erased: ______, ...rest } = life;
      expect(shown).toEqual({ ...rest, id: ada.id, profile: profileOf(ada.id, viewer === owners[0] ? {} : second) });
    }
  });

  test('is null for a stranger, and where there is none', async () => {
    const ada = await connect('user_1');
    await project();
    expect((await connections().byId(ada.id, owner('user_2')))._unsafeUnwrap()).toBeNull();
    expect((await connections().byId(connectionId('00000000-0000-5000-8000-000000000000'), service))._unsafeUnwrap()).toBeNull();
  });

  test('has no profile once that is erased', async () => {
    const ada = await connect('user_1');
    sealer.fail(ada.id, 1, { kind: 'Erased' });
    await project();
    expect((await connections().byId(ada.id, service))._unsafeUnwrap()?.profile).toEqual(noProfile);
  });

  test('costs one prepared statement', async () => {
    const pool = database.anotherPool();
    const query = vi.spyOn(pool, 'query');
    expect((await createConnections(pool).byId(connectionId('00000000-0000-5000-8000-000000000000'), service))._unsafeUnwrap()).toBeNull();
    expect(query.mock.calls).toHaveLength(1);
    expect(query.mock.calls[0]?.[0]).toHaveProperty('name', 'connections.by_id');
  });
});

describe('the list', () => {
  test('is newest first by the first connect, which no reconnect moves', async () => {
    const [first, second, third] = [await connect(), await connect(), await connect()];
    await first.disconnect();
    await first.connect();
    await project();
    expect(await idsIn({})).toEqual(ids(third, second, first));
    expect(await idsIn({ viewer: owner('user_1') })).toEqual(ids(third, second, first));
  });

  test('is ordered for a user by when the account first became theirs', async () => {
    const moved = await connect('user_1');
    await moved.disconnect();
    const own = await connect('user_2');
    await moved.connect('user_2');
    await project();
    expect(await idsIn({ viewer: owner('user_2') })).toEqual(ids(moved, own));
    expect(await idsIn({ userId: userId('user_2') })).toEqual(ids(moved, own));
    expect(await idsIn({})).toEqual(ids(own, moved));
  });

  test('shows a service each connection as it is now, and an owner the newest of their own lives', async () => {
    const moved = await connect('user_1');
    await moved.disconnect();
    await moved.connect('user_2');
    await project();
    expect((await listed({})).connections).toMatchObject([{ userId: 'user_2', status: 'active' }]);
    expect((await listed({ viewer: owner('user_1') })).connections).toMatchObject([{ userId: 'user_1', status: 'disconnected' }]);
    expect(await idsIn({ userId: userId('user_1') })).toEqual([]);
    expect(await idsIn({ userId: userId('user_2') })).toEqual(ids(moved));
  });

  test('shows an owner nothing of others, whatever they ask for', async () => {
    const foreign = await connect('user_2');
    await project();
    const mine = { viewer: owner('user_1') };
    expect(await idsIn({ ...mine, userId: userId('user_2') })).toEqual([]);
    expect(await idsIn({ ...mine, openId: openId(`-open_${foreign.id}`) })).toEqual([]);
    expect(await idsIn(mine)).toEqual([]);
  });

  test('filters by status, user and open_id, alone and together', async () => {
    const [a, b, c] = [await connect('user_1'), await connect('user_1'), await connect('user_2')];
    await b.disconnect();
    await project();
    expect(await idsIn({ statuses: ['disconnected'] })).toEqual(ids(b));
    expect(await idsIn({ statuses: ['active', 'disconnected'] })).toEqual(ids(c, b, a));
    expect(await idsIn({ statuses: ['reauthorization_required'] })).toEqual([]);
    expect(await idsIn({ userId: userId('user_1'), statuses: ['active'] })).toEqual(ids(a));
    expect(await idsIn({ openId: openId(`-open_${c.id}`) })).toEqual(ids(c));
    expect(await idsIn({ openId: openId(`-open_${c.id}`), userId: userId('user_1') })).toEqual([]);
    expect(await idsIn({ openId: openId(`-open_${b.id}`), statuses: ['active'] })).toEqual([]);
    expect(await idsIn({ openId: openId(`-open_${b.id}`), statuses: ['disconnected'], viewer: owner('user_1') })).toEqual(ids(b));
  });

  test('comes in pages that lose and repeat nothing, while connections are added and change', async () => {
    const written: WrittenConnection[] = [];
    for (let turn = 0; turn < 7; turn += 1) written.push(await connect('user_1'));
    await project();
    const expected = ids(...written.toReversed());
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: ConnectionPage = await listed({ limit: 2, cursor });
      seen.push(...idsOf(page));
      cursor = page.nextCursor;
      await connect('user_1');
      await written[0]?.changeProfile({ display_name: `turn ${seen.length}` });
      await project();
    } while (cursor !== null);
    expect(seen).toEqual(expected);
  });

  test('ends with a full last page without a cursor', async () => {
    for (let turn = 0; turn < 4; turn += 1) await connect();
    await project();
    expect((await listed({ limit: 4 })).nextCursor).toBeNull();
    expect((await listed({ limit: 3 })).nextCursor).not.toBeNull();
  });
});

describe('a cursor', () => {
  test('that is not one of ours is refused', async () => {
    const good = cursorOf({ at: instant(0), id: '6f0e0000-0000-5000-8000-000000000000' });
    expect(parseCursor(good)).not.toBeNull();
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const bad = ['', 'x', `${good}A`, good.slice(1), encode(null), encode({}), encode(['2026-01-01', 'x']), encode(["2026-01-01T00:00:00.000Z'; drop table x", 'a'])];
    for (const cursor of bad) expect((await connections().list({ ...all, cursor }))._unsafeUnwrapErr()).toEqual({ kind: 'BadCursor' });
  });

  test('by chance is a bad one, and never a failure of the database', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.base64String()), async (cursor) => {
        expect((await connections().list({ ...all, cursor }))._unsafeUnwrapErr()).toEqual({ kind: 'BadCursor' });
      }),
    );
  });
});

test('a database that is away is Unavailable', async () => {
  const away = createConnections(absentPool());
  expect((await away.byId(connectionId('00000000-0000-5000-8000-000000000000'), service))._unsafeUnwrapErr().kind).toBe('Unavailable');
  expect((await away.list(all))._unsafeUnwrapErr().kind).toBe('Unavailable');
});
