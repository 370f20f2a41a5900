import { describe, expect, it } from 'vitest';
import { recordOf, rowOf } from '../../src/adapters/postgres/connections/connection-row.ts';
import { visibleEvents } from '../../src/application/auditing/visible-events.ts';
import { connectionStream } from '../../src/application/execution/streams.ts';
import { emptyHead } from '../../src/application/ports/event-store.ts';
import { evolveRecord, type ConnectionRecord } from '../../src/application/reading/connection-record.ts';
import { noProfile } from '../../src/application/reading/profile.ts';
import { workChanges } from '../../src/application/work-lists/work-of-connection.ts';
import type { ConnectionEvent } from '../../src/domain/connection/events.ts';
import { connectionId, userId } from '../../src/domain/values/ids.ts';
import { createInMemoryEventStore } from '../support/in-memory-event-store.ts';
import { aMoment, connected, disconnected, personalDataErased, toAppend } from '../support/sample-events.ts';

const id = connectionId('6f0e0000-0000-5000-8000-000000000001');
const [ada, bob] = [userId('ada'), userId('bob')];

const foldOf = (events: readonly ConnectionEvent[]): ConnectionRecord | null =>
  events.reduce<ConnectionRecord | null>((record, event, index) => evolveRecord(record, id, { event, occurredAt: aMoment, revision: index + 1 }), null);

const formerErased = [connected({ userId: ada }), disconnected(), connected({ userId: bob, life: 2 }), personalDataErased({ lives: [1] })];

describe('an erasure', () => {
  it('is an event of the owners it covers and of the current one, who stays the last', () => {
    const record = foldOf(formerErased);
    expect(record?.owners).toMatchObject([
      { userId: ada, erased: true, revision: 4 },
      { userId: bob, erased: false, status: 'active', revision: 4 },
    ]);
  });

  it.each([
    ['a former owner', [1]],
    ['the second of three', [2]],
    ['two of three', [1, 2]],
  ])('of %s leaves rows from which the same record is made', (_, lives) => {
    const third = [disconnected({ life: 2 }), connected({ userId: userId('carol'), life: 3 })];
    const record = foldOf([connected({ userId: ada }), disconnected(), connected({ userId: bob, life: 2 }), ...third, personalDataErased({ lives })]);
    if (record === null) throw new Error('nothing was folded');
    const rows = record.owners.map((life, index) =>
      rowOf(id, record.firstConnectedAt, life, index === record.owners.length - 1, { state: life.erased ? 'erased' : 'open', profile: noProfile }),
    );
    expect(recordOf(rows.toReversed())).toEqual(record);
  });

  it('is over with the next life of the same person', () => {
    const again = foldOf([connected({ userId: ada }), disconnected(), personalDataErased(), connected({ userId: ada, life: 2 })]);
    expect(again?.owners).toMatchObject([{ life: 2, erased: false }]);
  });

  it('is work for each life that it covers, behind that of its end', () => {
    expect(workChanges(id, { event: personalDataErased({ lives: [1, 3] }), revision: 9, occurredAt: aMoment }, 'eager')).toEqual(
      [1, 3].map((life) => ({ put: { kind: 'destroy_keys', subject: `${id}:${life}`, connectionId: id, life, revision: 9, dueAt: aMoment } })),
    );
  });

  it('is seen in their history by those whose lives it covers, and by nobody who came later', async () => {
    const eventStore = createInMemoryEventStore();
    const stream = connectionStream(id);
    (await eventStore.append(stream, emptyHead, formerErased.map((event) => toAppend(event))))._unsafeUnwrap();
    const stored = (await eventStore.read(stream, 1, 10))._unsafeUnwrap();
    const seenBy = (user: typeof ada): readonly number[] => {
      const isVisible = visibleEvents({ kind: 'owner', userId: user });
      return stored.filter(isVisible).map(({ revision }) => revision);
    };
    expect(seenBy(ada)).toEqual([1, 2, 4]);
    expect(seenBy(bob)).toEqual([3]);
  });
});
