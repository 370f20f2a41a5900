import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createEventCodec } from '../../../src/adapters/event-store/codec/event-codec.ts';
import { eventStoreOver } from '../../../src/adapters/event-store/event-store-over-log.ts';
import { gatherReads } from '../../../src/adapters/event-store/postgres/gathered-reads.ts';
import type { StreamName } from '../../../src/application/ports/event-names.ts';
import { emptyHead, type EventStore } from '../../../src/application/ports/event-store.ts';
import { absentPool } from '../../support/projection-database.ts';
import { newStream, several } from '../../support/sample-events.ts';
import { watchStatements, type SentStatements } from '../../support/sent-statements.ts';
import { openPostgresLog, type OpenedPostgresLog } from './postgres-log.ts';

let opened: OpenedPostgresLog;
let store: EventStore;
let sent: SentStatements;

beforeEach(async () => {
  opened = await openPostgresLog();
  store = eventStoreOver(opened.log, createEventCodec());
  expect((await store.read(newStream(), 1, 1)).isOk()).toBe(true);
  sent = watchStatements();
});
afterEach(async () => {
  sent[Symbol.dispose]();
  await opened.close();
});

const reads = (): readonly string[] => sent.of(['read_stream', 'read_streams']);

const written = async (count: number): Promise<StreamName> => {
  const stream = newStream();
  expect((await store.append(stream, emptyHead, several(count))).isOk()).toBe(true);
  return stream;
};

const revisionsOf = async (pages: readonly (readonly [stream: StreamName, from: number, limit: number])[]): Promise<readonly unknown[]> => {
  const read = await Promise.all(pages.map(([stream, from, limit]) => store.read(stream, from, limit)));
  return read.map((page) => page._unsafeUnwrap().map((event) => [event.stream, event.revision]));
};

describe('streams that are read in one turn', () => {
  test('are one statement, and each is its own page', async () => {
    const [one, other, none] = [await written(3), await written(2), newStream()];
    expect(await revisionsOf([[one, 2, 100], [none, 1, 100], [other, 1, 1], [one, 1, 2], [other, 3, 100]])).toEqual([
      [[one, 2], [one, 3]],
      [],
      [[other, 1]],
      [[one, 1], [one, 2]],
      [],
    ]);
    expect(reads()).toEqual(['read_streams']);
  });

  test('hold the same as one that is read alone', async () => {
    const stream = await written(3);
    const alone = (await store.read(stream, 1, 100))._unsafeUnwrap();
    const [together] = await Promise.all([store.read(stream, 1, 100), store.read(newStream(), 1, 100)]);
    expect(together._unsafeUnwrap()).toEqual(alone);
    expect(reads()).toEqual(['read_stream', 'read_streams']);
  });

  test('are several statements when they are very many, and a long page goes by itself', async () => {
    const stream = await written(1);
    const pages = await revisionsOf([...Array.from({ length: 33 }, () => [stream, 1, 25] as const), [stream, 1, 1_000]]);
    expect(new Set(pages.map((page) => JSON.stringify(page)))).toEqual(new Set([JSON.stringify([[stream, 1]])]));
    // In this order only where three connections stand ready for them.
    expect(reads().toSorted()).toEqual(['read_stream', 'read_stream', 'read_streams']);
  });

  test('are all Unavailable when the statement fails', async () => {
    const away = gatherReads(absentPool());
    const read = await Promise.all([1, 2].map(() => away({ stream: newStream(), fromRevision: 1, limit: 25 })));
    expect(read.map((page) => page._unsafeUnwrapErr().kind)).toEqual(['Unavailable', 'Unavailable']);
  });
});
