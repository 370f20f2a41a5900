import { errAsync, okAsync } from 'neverthrow';
import { describe, expect, test } from 'vitest';
import { eventStoreOver } from '../../../src/adapters/event-store/event-store-over-log.ts';
import { createEventCodec } from '../../../src/adapters/event-store/codec/event-codec.ts';
import { eventFormats } from '../../../src/adapters/event-store/codec/event-formats.ts';
import { readHistory } from '../../../src/application/auditing/history.ts';
import { connectionStream } from '../../../src/application/execution/streams.ts';
import { unavailable } from '../../../src/application/failures.ts';
import { emptyHead, type DomainEvent, type EventStore } from '../../../src/application/ports/event-store.ts';
import type { SecurityEntry, SecurityLog } from '../../../src/application/ports/security-log.ts';
import { connectionId, userId, type UserId } from '../../../src/domain/values/ids.ts';
import { createInMemoryEventLog, createInMemoryEventStore } from '../../support/in-memory-event-store.ts';
import { aMoment, connected, disconnected, profileChanged, scopesChanged, toAppend } from '../../support/sample-events.ts';

const id = connectionId('6f0e0000-0000-5000-8000-000000000001');
const stream = connectionStream(id);

const append = async (eventStore: EventStore, events: readonly DomainEvent[]): Promise<void> => {
  const appended = await eventStore.append(stream, emptyHead, events.map((event) => toAppend(event)));
  if (appended.isErr()) throw new Error(appended.error.kind);
};

const holding = async (...events: readonly DomainEvent[]): Promise<EventStore> => {
  const eventStore = createInMemoryEventStore();
  await append(eventStore, events);
  return eventStore;
};

const recording = (entries: SecurityEntry[] = []): SecurityLog => ({
  record: (entry) => {
    entries.push(entry);
    return okAsync(undefined);
  },
});

const service = { kind: 'service' } as const;
const whole = { connectionId: id, viewer: service, from: 1, limit: null };

describe('the history of a connection', () => {
  test('shows every event with its author, cause, time and hash, in order', async () => {
    const eventStore = await holding(connected(), scopesChanged(), disconnected());
    const stored = (await eventStore.read(stream, 1, 10))._unsafeUnwrap();
    const history = (await readHistory({ eventStore, securityLog: recording() }, whole, 'cli'))._unsafeUnwrap();
    expect(history.next_from).toBeNull();
    expect(history.data.map(({ revision, type, hash }) => ({ revision, type, hash }))).toEqual(
      stored.map(({ revision, type, hash }) => ({ revision, type, hash })),
    );
    expect(history.data[2]).toMatchObject({
      actor: { kind: 'user', id: 'user_1' },
      cause: 'request-1',
      occurred_at: aMoment,
      data: { life: 1, by: { kind: 'user' }, revoke_confirmed: true, disconnected_at: aMoment },
    });
  });

  test('shows what is sealed as [sealed] and nothing of it', async () => {
    const eventStore = await holding(connected(), profileChanged('sealed-second'));
    const history = (await readHistory({ eventStore, securityLog: recording() }, whole, 'cli'))._unsafeUnwrap();
    expect(history.data[0]?.data).toEqual({
      life: 1,
      user_id: 'user_1',
      client_key: 'made-up-client-key',
      authorization_id: '3d0ee4d3-95e3-4f34-8ee1-1d1ec6de1f3f',
      connected_at: aMoment,
      profile: '[sealed]',
      tokens: { access: '[sealed]', refresh: '[sealed]' },
      scopes: ['user.info.basic'],
      access_token_expires_at: aMoment,
      refresh_token_expires_at: null,
    });
    expect(JSON.stringify(history)).not.toMatch(/sealed (profile|access|refresh)|sealed-second/);
  });

  test('names what removed the authorization at TikTok', async () => {
    const eventStore = await holding(connected(), disconnected({ by: { kind: 'tiktok', reason: 1 } }));
    const history = (await readHistory({ eventStore, securityLog: recording() }, whole, 'cli'))._unsafeUnwrap();
    expect(history.data[1]?.data).toMatchObject({ by: { kind: 'tiktok', reason: 1 } });
  });

  test('can be read in parts', async () => {
    const eventStore = await holding(connected(), scopesChanged(), profileChanged(), disconnected());
    const part = async (from: number, limit: number) =>
      (await readHistory({ eventStore, securityLog: recording() }, { connectionId: id, viewer: service, from, limit }, 'cli'))._unsafeUnwrap();
    const first = await part(1, 3);
    expect([first.data.map(({ revision }) => revision), first.next_from]).toEqual([[1, 2, 3], 4]);
    const second = await part(4, 3);
    expect([second.data.map(({ revision }) => revision), second.next_from]).toEqual([[4], null]);
    expect((await part(5, 3)).data).toEqual([]);
  });

  test('is read over many pages', async () => {
    const eventStore = await holding(connected(), ...Array.from({ length: 1_100 }, () => profileChanged()));
    const history = (await readHistory({ eventStore, securityLog: recording() }, whole, 'cli'))._unsafeUnwrap();
    expect(history.data.map(({ revision }) => revision)).toEqual(Array.from({ length: 1_101 }, (_, index) => index + 1));
  });

  test('is recorded in the security log', async () => {
    const entries: SecurityEntry[] = [];
    const eventStore = await holding(connected());
    expect((await readHistory({ eventStore, securityLog: recording(entries) }, whole, 'cli')).isOk()).toBe(true);
    expect(entries).toEqual([{ kind: 'history_read', detail: { stream }, principal: 'cli', connectionId: id }]);
  });

  test('is not shown when the reading cannot be recorded', async () => {
    const securityLog: SecurityLog = { record: () => errAsync(unavailable('database', 'made up')) };
    const refused = await readHistory({ eventStore: await holding(connected()), securityLog }, whole, 'cli');
    expect(refused._unsafeUnwrapErr().kind).toBe('Unavailable');
  });

  test('of a connection that never was is not found, and leaves no entry', async () => {
    const entries: SecurityEntry[] = [];
    const refused = await readHistory({ eventStore: createInMemoryEventStore(), securityLog: recording(entries) }, whole, 'cli');
    expect(refused._unsafeUnwrapErr().kind).toBe('ConnectionNotFound');
    expect(entries).toEqual([]);
  });

  test('shows an event that this version cannot read with its place and the reason, and nothing of its data', async () => {
    const log = createInMemoryEventLog();
    await append(eventStoreOver(log, createEventCodec()), [connected(), scopesChanged()]);
    const older = new Map([...eventFormats].filter(([type]) => type !== 'ScopesChanged'));
    const eventStore = eventStoreOver(log, createEventCodec(older));
    const history = (await readHistory({ eventStore, securityLog: recording() }, whole, 'cli'))._unsafeUnwrap();
    expect(history.data[1]).toMatchObject({ revision: 2, type: 'ScopesChanged', actor: null, cause: null, occurred_at: aMoment });
    expect(history.data[1]?.data).toEqual({ unreadable: 'the event type is not known here' });
  });
});

describe('the history that an end user sees', () => {
  const [first, second] = [userId('user_1'), userId('user_2')];
  const seenBy = async (eventStore: EventStore, user: UserId, from = 1, limit: number | null = null) => {
    const query = { connectionId: id, viewer: { kind: 'owner', userId: user }, from, limit } as const;
    const history = await readHistory({ eventStore, securityLog: recording() }, query, `user:${user}`);
    return history.map(({ data, next_from }) => [data.map(({ revision }) => revision), next_from]).unwrapOr('not found');
  };
  const lives = [
    connected({ userId: first }),
    disconnected(),
    connected({ userId: second, life: 2 }),
    disconnected({ life: 2 }),
    connected({ userId: first, life: 3 }),
    scopesChanged(),
  ];

  test('is that of all lives that were theirs, in pages that pass over the others', async () => {
    const eventStore = await holding(...lives);
    expect(await seenBy(eventStore, first)).toEqual([[1, 2, 5, 6], null]);
    expect(await seenBy(eventStore, first, 1, 2)).toEqual([[1, 2], 5]);
    expect(await seenBy(eventStore, first, 5, 2)).toEqual([[5, 6], null]);
    expect(await seenBy(eventStore, second)).toEqual([[3, 4], null]);
    expect(await seenBy(eventStore, userId('user_3'))).toBe('not found');
  });

  test('leaves out a life whose beginning cannot be read: nobody knows whose it is', async () => {
    const eventStore = await holding(...lives);
    const blind: EventStore = {
      ...eventStore,
      read: (...page) =>
        eventStore.read(...page).map((events) => events.map((event) => (event.revision === 5 ? { ...event, readable: false, reason: 'made up' } : event))),
    };
    expect(await seenBy(blind, first)).toEqual([[1, 2], null]);
  });
});
