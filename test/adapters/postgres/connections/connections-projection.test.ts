import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createConnectionsProjector } from '../../../../src/adapters/postgres/connections/connections-projector.ts';
import { listParked } from '../../../../src/adapters/postgres/projector/parked-streams.ts';
import { transactionOf } from '../../../../src/adapters/postgres/projector/projection-tables.ts';
import type { EventStore } from '../../../../src/application/ports/event-store.ts';
import { clientKey } from '../../../../src/domain/values/ids.ts';
import { instant } from '../../../../src/domain/values/instant.ts';
import { createInMemoryEventStore } from '../../../support/in-memory-event-store.ts';
import { createMigratedDatabase, type MigratedDatabase } from '../../../support/projection-database.ts';
import { ourClientKey, unopenable, writeConnection } from '../../../support/projection-history.ts';
import { emptyTables, projectAll, rebuilt, replayedRows, tableRows } from '../../../support/projection-replay.ts';
import { createProjectionSealer, type ProjectionSealer } from '../../../support/projection-sealer.ts';

let database: MigratedDatabase;
let eventStore: EventStore;
let sealer: ProjectionSealer;
const projector = () => createConnectionsProjector({ sealer, clientKey: ourClientKey });
const rows = () => replayedRows(database.pool, eventStore, projector());
const connection = () => writeConnection(eventStore, sealer);

beforeAll(async () => {
  database = await createMigratedDatabase();
});
beforeEach(async () => {
  eventStore = createInMemoryEventStore();
  sealer = createProjectionSealer();
  await emptyTables(database.pool, projector());
});
afterAll(() => database.drop());

describe('the table for SQL readers', () => {
  test('has a row for a connected account, with its tokens as they were sealed', async () => {
    const ada = connection();
    await ada.connect('user_1', { profile: { union_id: 'union', display_name: 'Ada' } });
    await ada.changeScopes('user.info.basic', 'video.publish');
    const { state } = ada;
    if (state.status !== 'active') throw new Error('not active');
    const { user_tiktok_connections: table } = await rows();
    expect(table).toEqual([
      {
        id: ada.id,
        user_id: 'user_1',
        tiktok_open_id: `-open_${ada.id}`,
        tiktok_union_id: 'union',
        display_name: 'Ada',
        avatar_url: 'https://avatars.example/ada.jpeg',
        access_token: state.tokens.access,
        refresh_token: state.tokens.refresh,
        token_expires_at: new Date(state.accessTokenExpiresAt),
        scope: 'user.info.basic,video.publish',
        created_at: new Date(state.connectedAt),
        updated_at: new Date(ada.record?.owners[0]?.updatedAt ?? ''),
      },
    ]);
  });

  test('has no row once disconnected, and one again in the next life', async () => {
    const ada = connection();
    await ada.connect();
    await ada.disconnect();
    expect((await rows())['user_tiktok_connections']).toEqual([]);
    await ada.connect('user_1', { profile: { display_name: 'Ada again' } });
    expect((await rows())['user_tiktok_connections']).toMatchObject([{ id: ada.id, display_name: 'Ada again' }]);
  });

  test('names the new owner when an account moved on to another user', async () => {
    const ada = connection();
    await ada.connect('user_1');
    await ada.disconnect();
    await ada.connect('user_2');
    expect((await rows())['user_tiktok_connections']).toMatchObject([{ id: ada.id, user_id: 'user_2' }]);
  });

  test('shows the connections of the configured client key only, and others after a change of it', async () => {
    const [ours, theirs] = [connection(), connection()];
    await ours.connect();
    await theirs.connect('user_1', { clientKey: 'another-made-up-key' });
    expect((await rows())['user_tiktok_connections']).toMatchObject([{ id: ours.id }]);
    const other = createConnectionsProjector({ sealer, clientKey: clientKey('another-made-up-key') });
    await rebuilt(database.pool, eventStore, other);
    expect((await tableRows(database.pool, other))['user_tiktok_connections']).toMatchObject([{ id: theirs.id }]);
  });

  test('has no row for an erased profile, whose connection is shown without one', async () => {
    const ada = connection();
    await ada.connect();
    sealer.fail(ada.id, 1, { kind: 'Erased' });
    const { connections, user_tiktok_connections: table } = await rows();
    expect(table).toEqual([]);
    expect(connections).toMatchObject([{ connection_id: ada.id, status: 'active', profile_state: 'erased', open_id: null, display_name: null }]);
  });
});

describe('a connection whose profile key is lost', () => {
  test('is shown without profile, has no row for SQL readers, and raises an alarm until a rebuild opens it again', async () => {
    const ada = connection();
    await ada.connect();
    sealer.fail(ada.id, 1, { kind: 'KeyLost' });
    const { connections, user_tiktok_connections: table } = await rows();
    expect(table).toEqual([]);
    expect(connections).toMatchObject([{ connection_id: ada.id, profile_state: 'key_lost', open_id: null }]);
    const alarms = () => projector().alarms(transactionOf(database.pool, projector(), 'live'));
    expect(await alarms()).toEqual(['1 profile cannot be opened: the data key is missing although nothing destroyed it']);
    sealer.fail(ada.id, 1, null);
    await rebuilt(database.pool, eventStore, projector());
    expect(await alarms()).toEqual([]);
    expect((await tableRows(database.pool, projector()))['user_tiktok_connections']).toHaveLength(1);
  });
});

describe('a profile that was sealed before its key was lost and made anew', () => {
  test('does not park its stream, on which what the consent brought comes later', async () => {
    const ada = connection();
    await ada.connect();
    sealer.fail(ada.id, 1, { kind: 'NotAuthentic', reason: 'made up', ofAnotherKey: true });
    const { connections } = await rows();
    expect(connections).toMatchObject([{ connection_id: ada.id, profile_state: 'key_lost', open_id: null }]);
    expect(await listParked(database.pool)).toEqual([]);
  });
});

describe('a connection whose token key is lost', () => {
  test('raises an alarm until a new consent', async () => {
    const ada = connection();
    await ada.connect();
    const data = { life: 1, attemptId: null, reason: 'key_lost', code: null, logId: null, requiredAt: instant(0) } as const;
    await ada.append({ type: 'ReauthorizationRequired', data });
    await rows();
    const alarms = () => projector().alarms(transactionOf(database.pool, projector(), 'live'));
    expect(await alarms()).toEqual(["1 connection's tokens cannot be opened: the data key is missing although nothing destroyed it; a new consent heals it"]);
    await ada.connect();
    await rows();
    expect(await alarms()).toEqual([]);
  });
});

describe('a profile that does not open', () => {
  test('parks its stream at the event that brought it, and the others move on', async () => {
    const [bad, good] = [connection(), connection()];
    await bad.connect('user_1');
    await bad.changeScopes('user.info.basic', 'video.list');
    await bad.disconnect();
    await bad.connect('user_2', { sealedProfile: unopenable });
    await good.connect();
    await bad.changeScopes('video.list');
    const { connections } = await rows();
    expect(connections).toHaveLength(2);
    expect(connections?.find(({ connection_id: id }) => id === bad.id)).toMatchObject({ user_id: 'user_1', status: 'disconnected', revision: 3 });
    expect(await listParked(database.pool)).toMatchObject([
      { projection: 'connections', revision: 4, eventType: 'Connected', reason: 'the profile does not open: sealed for another place' },
    ]);
  });

  test('parks also when it opens to something else than a profile', async () => {
    const ada = connection();
    const place = { connectionId: ada.id, life: 1, purpose: 'profile', field: 'profile' } as const;
    await ada.connect('user_1', { sealedProfile: sealer.seal(place, '{"open_id":7}') });
    expect((await rows())['connections']).toEqual([]);
    expect(await listParked(database.pool)).toMatchObject([{ reason: 'the profile is not one of TikTok' }]);
  });
});

describe('a profile that is unchanged', () => {
  test('is not opened again', async () => {
    const ada = connection();
    await ada.connect();
    await projectAll(database.pool, eventStore, projector());
    expect(sealer.asked).toBe(1);
    await ada.changeScopes('video.list');
    await ada.disconnect();
    await projectAll(database.pool, eventStore, projector(), 1);
    expect(sealer.asked).toBe(1);
    expect((await tableRows(database.pool, projector()))['connections']).toMatchObject([{ display_name: 'Ada', status: 'disconnected' }]);
  });
});

describe('text that PostgreSQL cannot hold', () => {
  test('is shown with the sign for what cannot be read', async () => {
    const ada = connection();
    await ada.connect('user_1', { profile: { display_name: 'A\0da \ud800', bio_description: '\u0000' } });
    expect((await rows())['connections']).toMatchObject([{ display_name: 'A\uFFFDda \uFFFD', bio_description: '\uFFFD' }]);
  });
});

test('the rows keep every owner, the newest life of each', async () => {
  const ada = connection();
  await ada.connect('user_1', { profile: { display_name: 'first' } });
  await ada.disconnect();
  await ada.connect('user_2', { profile: { display_name: 'second' } });
  await ada.disconnect();
  await ada.connect('user_1', { profile: { display_name: 'third' } });
  const { connections } = await rows();
  expect(connections).toHaveLength(2);
  expect(connections).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ user_id: 'user_1', life: 3, current_owner: true, display_name: 'third' }),
      expect.objectContaining({ user_id: 'user_2', life: 2, current_owner: false, display_name: 'second' }),
    ]),
  );
});
