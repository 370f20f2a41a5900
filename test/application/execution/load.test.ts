import { errAsync, okAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { connectionAggregate } from '../../../src/application/execution/aggregate.ts';
import { load } from '../../../src/application/execution/load.ts';
import type { EventStore, StoredEvent } from '../../../src/application/ports/event-store.ts';
import { emptyHead } from '../../../src/application/ports/event-store.ts';
import { unavailable } from '../../../src/application/failures.ts';
import { createInMemoryEventStore } from '../../support/in-memory-event-store.ts';
import { connected, profileChanged, toAppend } from '../../support/sample-events.ts';
import { connect } from '../../domain/connection/commands.ts';
import { id, portsOver, run, stored, stream } from './execution-setup.ts';
import { scripted } from './scripted-event-store.ts';

const loaded = (store: EventStore) => load(store, connectionAggregate, id);

describe('loading an aggregate', () => {
  it('gives the initial state of a stream without events', async () => {
    expect(await loaded(createInMemoryEventStore())).toMatchObject({
      value: { state: { status: 'none' }, head: emptyHead, lastOccurredAt: null },
    });
  });

  it.each([999, 1_000, 1_001, 2_500])('folds all of %i events, however many pages they fill', async (count) => {
    const store = createInMemoryEventStore();
    const events = [toAppend(connected()), ...Array.from({ length: count - 1 }, (_, index) => toAppend(profileChanged(`profile ${index}`)))];
    let head = emptyHead;
    for (let from = 0; from < count; from += 500) {
      head = (await store.append(stream, head, events.slice(from, from + 500))).map((appended) => appended.head).unwrapOr(emptyHead);
    }
    expect(await loaded(store)).toMatchObject({
      value: { state: { status: 'active', profile: `profile ${count - 2}` }, head: { revision: count, hash: (await stored(store)).at(-1)?.hash } },
    });
  });

  it('hands on that the store does not answer', async () => {
    const down = unavailable('event_store', 'made up');
    expect(await loaded({ ...createInMemoryEventStore(), read: () => errAsync(down) })).toMatchObject({ error: down });
  });

  it('stops at an event that it can not read, and lets nothing be decided on a part of a history', async () => {
    const inner = createInMemoryEventStore();
    expect((await inner.append(stream, emptyHead, [toAppend(connected()), toAppend(profileChanged())])).isOk()).toBe(true);
    const unreadable = (event: StoredEvent): StoredEvent =>
      event.revision === 2 ? { ...event, type: 'FromTheFuture', readable: false, reason: 'an unknown type' } : event;
    const store = scripted({ ...inner, read: (...page) => inner.read(...page).andThen((events) => okAsync(events.map(unreadable))) });
    const failure = { error: { kind: 'UnreadableHistory', stream, revision: 2, reason: 'an unknown type' } };
    expect(await loaded(store)).toMatchObject(failure);
    expect(await run(portsOver(store), connect())).toMatchObject(failure);
    expect(store.appends).toEqual([]);
  });
});
