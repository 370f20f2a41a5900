import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { disconnect } from '../../src/application/connecting/disconnect.ts';
import { eraseConnection } from '../../src/application/erasing/erase-connection.ts';
import { eraseUser } from '../../src/application/erasing/erase-user.ts';
import { readHistory } from '../../src/application/auditing/history.ts';
import { stateAt } from '../../src/application/auditing/state-at.ts';
import { destroyKeysOfEndedLife } from '../../src/application/keys/destroy-keys.ts';
import type { KeySlot } from '../../src/application/ports/data-key-records.ts';
import type { LeasedWork } from '../../src/application/work-lists/work-handler.ts';
import { noProfile } from '../../src/application/reading/profile.ts';
import { createProjectionOperations } from '../../src/adapters/postgres/postgres-projection-operations.ts';
import { userId, type ConnectionId } from '../../src/domain/values/ids.ts';
import { purposes } from '../../src/domain/values/sealed.ts';
import { secret } from '../../src/domain/values/secret.ts';
import { createSearch, type Canary } from '../support/canaries.ts';
import { dumpDatabase } from '../support/database-dump.ts';
import { abandon, createGate, haltsOf, type Gate } from '../support/gate.ts';
import { until } from '../support/until.ts';
import { createConnectingWorld, type ConnectingWorld, type Somebody } from './connecting-world.ts';

let world: ConnectingWorld;
beforeAll(async () => {
  world = await createConnectingWorld();
  world.service.get('work').start();
});
afterAll(async () => {
  await world.service.get('work').stop();
  await world.close();
});

const ports = (gate: Gate = createGate()) => world.gated(gate);

type Life = Readonly<{ person: Somebody; id: ConnectionId }>;

const connected = async (person?: Somebody): Promise<Life> => {
  const chosen = person ?? (await world.somebody());
  expect((await world.connect(chosen)).error).toBeNull();
  return { person: chosen, id: await world.connectionOf(chosen) };
};

/** The account is another user's from then on. */
const handedOver = async ({ person, id }: Life): Promise<Life> => {
  expect((await disconnect(ports(), world.context(), { kind: 'user', userId: userId(person.user) }, id)).isOk()).toBe(true);
  return connected({ user: `heir-of-${person.user}`, account: person.account });
};

const eraseWhole = (id: ConnectionId, gate?: Gate) => eraseConnection(ports(gate), world.context(), { kind: 'operator' }, 'cli', id);
const eraseAllOf = (user: string) => eraseUser(ports(), world.context(), { kind: 'operator' }, 'cli', userId(user));

const slots = (connectionId: ConnectionId, life: number): readonly KeySlot[] => purposes.map((purpose) => ({ connectionId, life, purpose }));
const kinds = async (id: ConnectionId, life: number): Promise<ReadonlySet<string>> =>
  new Set((await world.service.get('dataKeys').find(slots(id, life)))._unsafeUnwrap().map(({ kind }) => kind));
const untilGone = (id: ConnectionId, life: number) => until(() => kinds(id, life), (found) => found.size === 1 && found.has('Fenced'));

/** What only this account's owner and TikTok know. */
const canariesOf = async ({ person, id }: Life): Promise<readonly Canary[]> => {
  const [view] = (await world.seen(person)).views;
  const { open_id: openId, display_name: displayName, avatar_url: avatarUrl } = view?.profile ?? noProfile;
  if (openId === null || displayName === null || avatarUrl === null) throw new Error('no profile is shown');
  const tokens = (await world.tiktok.tokens(person.account)).map(({ kind, token }, index) => ({ name: `${kind} ${index}`, value: token }));
  return [
    { name: 'open_id', value: openId },
    { name: 'display name', value: displayName },
    { name: 'avatar', value: avatarUrl },
    ...tokens,
    { name: 'a key of an idempotent request', value: `made-up-key-of-${id}` },
  ];
};

const sightings = async (canaries: readonly Canary[]) => {
  const search = createSearch(canaries);
  return (await dumpDatabase(world.databaseUrl)).flatMap(({ table, text }) => search.inText(table, text));
};

const rowsAbout = async (user: string): Promise<number> => {
  const tables = ['authorization_attempts', 'connect_sessions'].map((table) => `select 1 from tiktok_connections.${table} where user_id = $1`);
  const text = `${tables.join(' union all ')} union all select 1 from tiktok_connections.idempotency_records where scope like '%user:' || $1`;
  return (await world.service.get('pool').query(text, [user])).rows.length;
};

describe('erasing a connection', () => {
  it('leaves no byte of the person in a dump, and shows nothing of them anywhere', { timeout: 60_000 }, async () => {
    const life = await connected();
    const { person, id } = life;
    const bystander = await connected();
    const canaries = await canariesOf(life);
    const idempotency = world.service.get('idempotency');
    const key = { scope: `DELETE /v1/connections/{id} user:${person.user}`, key: `made-up-key-of-${id}` };
    (await idempotency.claim(key, 'digest'))._unsafeUnwrap();
    (await idempotency.complete(key, id))._unsafeUnwrap();
    expect(new Set((await sightings(canaries)).map(({ canary }) => canary))).toEqual(
      new Set(['open_id', 'display name', 'avatar', 'a key of an idempotent request']),
    );

    const view = (await eraseWhole(id))._unsafeUnwrap();
    expect(view).toMatchObject({ id, status: 'disconnected', profile: noProfile, revision: 3 });
    expect(await world.tiktok.isGranted(person.account)).toBe(false);
    await untilGone(id, 1);
    expect(await world.seen(person)).toMatchObject({ views: [{ id, status: 'disconnected', profile: noProfile, revision: 3 }], rows: [] });
    await until(() => sightings(canaries), (found) => found.length === 0);

    const reading = { eventStore: world.service.get('eventStore'), sealer: world.service.get('sealer'), securityLog: world.service.get('securityLog') };
    const service = { kind: 'service' } as const;
    const history = (await readHistory(reading, { connectionId: id, viewer: service, from: 1, limit: null }, 'cli'))._unsafeUnwrap();
    expect(history.data.map(({ type }) => type)).toEqual(['Connected', 'Disconnected', 'PersonalDataErased']);
    expect(history.data[0]?.data).toMatchObject({ profile: '[erased]', tokens: { access: '[erased]', refresh: '[erased]' } });
    const then = await stateAt(reading, { connectionId: id, moment: { revision: 1 }, viewer: service }, 'cli');
    expect(then._unsafeUnwrap()).toMatchObject({ status: 'active', profile: noProfile });

    for (const projection of ['connections', 'work']) {
      const operations = createProjectionOperations(world.service.get('pool'), world.service.get('eventStore'), world.service.get('projectorList'));
      const rebuilt = await operations.rebuild(projection, { signal: new AbortController().signal, onProgress: () => undefined });
      expect(rebuilt.isOk()).toBe(true);
    }
    expect(await sightings(canaries)).toEqual([]);
    expect((await world.seen(bystander.person)).rows).toEqual([bystander.id]);
    expect(await world.verify()).toMatchObject({ found: 0, differences: [] });
  });

  it('covers former owners, changes nothing when repeated, and lets the person connect anew', async () => {
    const before = await connected();
    const after = await handedOver(before);
    expect((await eraseWhole(before.id)).isOk()).toBe(true);
    await untilGone(before.id, 1);
    await untilGone(before.id, 2);
    const { length } = await world.history(before.id);
    expect((await eraseWhole(before.id)).isOk()).toBe(true);
    expect(await world.history(before.id)).toHaveLength(length);
    await connected(after.person);
    expect((await world.seen(after.person)).rows).toEqual([before.id]);
    expect(await kinds(before.id, 3)).toEqual(new Set(['Key', 'Missing']));
  });

  it('is refused for what was never connected', async () => {
    const { account } = await world.somebody();
    const id = await world.connectionOf({ user: 'nobody', account });
    expect((await eraseWhole(id))._unsafeUnwrapErr()).toEqual({ kind: 'ConnectionNotFound' });
  });

  it('refuses whoever still seals for an erased life', async () => {
    const { person, id } = await connected();
    expect((await eraseWhole(id)).isOk()).toBe(true);
    await untilGone(id, 1);
    const late = await world.service.get('sealer').seal({ connectionId: id, life: 1, purpose: 'profile', field: 'profile' }, secret('late'));
    expect(late._unsafeUnwrapErr()).toEqual({ kind: 'Erased' });
    expect((await world.seen(person)).views[0]?.profile).toEqual(noProfile);
  });
});

describe('erasing a user', () => {
  it('erases every life that was theirs and leaves the current owner of an account alone', async () => {
    const before = await connected();
    const after = await handedOver(before);
    const own = await connected({ user: before.person.user, account: (await world.somebody()).account });
    expect((await eraseAllOf(before.person.user))._unsafeUnwrap()).toEqual([before.id, own.id].sort());
    await untilGone(before.id, 1);
    await untilGone(own.id, 1);
    const { views } = await world.seen(before.person);
    expect(views.map(({ profile }) => profile)).toEqual([noProfile, noProfile]);
    expect(views.map(({ status }) => status)).toEqual(['disconnected', 'disconnected']);
    const heir = await world.seen(after.person);
    expect(heir).toMatchObject({ views: [{ id: before.id, status: 'active', profile: { display_name: `Name of ${before.person.account}` } }], rows: [before.id] });
    expect(await world.tiktok.isGranted(before.person.account)).toBe(true);
    expect(await kinds(before.id, 2)).toEqual(new Set(['Key', 'Missing']));
    expect((await eraseAllOf(before.person.user))._unsafeUnwrap()).toEqual([before.id, own.id].sort());
    expect(await world.verify()).toMatchObject({ found: 0, differences: [] });
  });

  it('finds what the read model has not seen yet', async () => {
    await world.service.get('projectors').stop();
    const { person, id } = await connected();
    expect((await eraseAllOf(person.user))._unsafeUnwrap()).toEqual([id]);
    world.service.get('projectors').start();
    await untilGone(id, 1);
    expect((await world.seen(person)).rows).toEqual([]);
  });

  it('forgets their flows, links and keyed requests, and nobody else\'s', async () => {
    const [person, other] = [await world.somebody(), await world.somebody()];
    for (const each of [person, other]) {
      await world.consent(each);
      const key = { scope: `POST /v1/connections/{id}/refresh user:${each.user}`, key: 'made-up' };
      (await world.service.get('idempotency').claim(key, 'digest'))._unsafeUnwrap();
    }
    expect(await rowsAbout(person.user)).toBe(2);
    expect((await eraseAllOf(person.user))._unsafeUnwrap()).toEqual([]);
    expect(await rowsAbout(person.user)).toBe(0);
    expect(await rowsAbout(other.user)).toBe(2);
  });

  it('lets a flow that was under way connect nothing', async () => {
    const person = await world.somebody();
    const callback = await world.consent(person);
    expect((await eraseAllOf(person.user))._unsafeUnwrap()).toEqual([]);
    expect((await world.complete(ports(), callback)).error).toBe('invalid_state');
  });
});

describe('an erasure that is killed', () => {
  const handle = (id: ConnectionId, gate: Gate) => {
    const work: LeasedWork = { kind: 'destroy_keys', subject: `${id}:1`, connectionId: id, life: 1, revision: 3, dueAt: ports().clock.now(), attempts: 1 };
    return destroyKeysOfEndedLife(ports(gate))(work, new AbortController().signal);
  };

  it('before or after any call before its answer: the life goes on or is erased, and asking again erases it', { timeout: 60_000 }, async () => {
    const known = createGate();
    expect((await eraseWhole((await connected()).id, known)).isOk()).toBe(true);
    for (const halt of haltsOf(known)) {
      const { person, id } = await connected();
      const gate = createGate(halt, known.seen);
      abandon(eraseWhole(id, gate));
      await gate.reached;
      expect([1, 3]).toContain((await world.history(id)).length);
      expect((await eraseWhole(id))._unsafeUnwrap()).toMatchObject({ status: 'disconnected', profile: noProfile });
      await untilGone(id, 1);
      expect(await world.seen(person)).toMatchObject({ views: [{ profile: noProfile }], rows: [] });
    }
  });

  it('between the event and the keys: the fence holds, and the work that is tried again destroys them', { timeout: 60_000 }, async () => {
    await world.service.get('work').stop();
    const erased = async (): Promise<Life> => {
      const life = await connected();
      expect((await eraseWhole(life.id)).isOk()).toBe(true);
      return life;
    };
    const known = createGate();
    expect(await handle((await erased()).id, known)).toEqual({ kind: 'Done' });
    for (const halt of haltsOf(known)) {
      const { person, id } = await erased();
      const gate = createGate(halt, known.seen);
      abandon(handle(id, gate));
      await gate.reached;
      expect((await world.seen(person)).views[0]?.profile).toEqual(noProfile);
      expect(await handle(id, createGate())).toEqual({ kind: 'Done' });
      expect(await kinds(id, 1)).toEqual(new Set(['Fenced']));
    }
    world.service.get('work').start();
  });
});
