import { errAsync, okAsync } from 'neverthrow';
import { expect, test } from 'vitest';
import { unavailable } from '../../../src/application/failures.ts';
import { readPages } from '../../../src/application/execution/read-pages.ts';
import { emptyHead, type EventStore } from '../../../src/application/ports/event-store.ts';
import { createInMemoryEventStore } from '../../support/in-memory-event-store.ts';
import { newStream, several } from '../../support/sample-events.ts';

/** A stream of so many events, the revisions that were asked for, and how many had been when each page was given. */
const pagesOf = async (events: number, pageSize: number) => {
  const inMemory = createInMemoryEventStore();
  const stream = newStream();
  if (events > 0) (await inMemory.append(stream, emptyHead, several(events)))._unsafeUnwrap();
  const asked: number[] = [];
  const read: EventStore['read'] = (name, from, limit) => {
    asked.push(from);
    return inMemory.read(name, from, limit);
  };
  const pages: number[][] = [];
  const askedBy: number[] = [];
  for await (const page of readPages({ read }, stream, pageSize)) {
    pages.push(page._unsafeUnwrap().map(({ revision }) => revision));
    askedBy.push(asked.length);
  }
  return { pages, asked, askedBy };
};

test('a stream of less than a page is one reading', async () => {
  expect(await pagesOf(2, 3)).toEqual({ pages: [[1, 2]], asked: [1], askedBy: [1] });
  expect(await pagesOf(0, 3)).toEqual({ pages: [[]], asked: [1], askedBy: [1] });
});

test('a longer one is given once and in order, and two pages are on the way while one is worked on', async () => {
  const { pages, asked, askedBy } = await pagesOf(8, 3);
  expect(pages).toEqual([[1, 2, 3], [4, 5, 6], [7, 8]]);
  expect(asked).toEqual([1, 4, 7, 10]);
  expect(askedBy).toEqual([1 + 2, 1 + 3, 1 + 3]);
});

test('it ends after a failure', async () => {
  const inMemory = createInMemoryEventStore();
  const stream = newStream();
  (await inMemory.append(stream, emptyHead, several(8)))._unsafeUnwrap();
  const read: EventStore['read'] = (name, from, limit) =>
    from === 4 ? errAsync(unavailable('event_store', 'away')) : from > 4 ? okAsync([]) : inMemory.read(name, from, limit);
  const given = [];
  for await (const page of readPages({ read }, stream, 3)) given.push(page.isOk());
  expect(given).toEqual([true, false]);
});
