import { errAsync, ok, okAsync } from 'neverthrow';
import { describe, expect, test } from 'vitest';
import { readFeedPage } from '../../../src/application/auditing/feed-page.ts';
import { unavailable } from '../../../src/application/failures.ts';
import { checkpoint } from '../../../src/application/ports/event-names.ts';
import { emptyHead, type EventStore, type FeedBatch } from '../../../src/application/ports/event-store.ts';
import type { SecurityLog } from '../../../src/application/ports/security-log.ts';
import { createInMemoryEventStore } from '../../support/in-memory-event-store.ts';
import { newStream, several } from '../../support/sample-events.ts';

const securityLog: SecurityLog = { record: () => okAsync(undefined) };
const { signal } = new AbortController();

/** A store whose feed gives these batches and then waits for more, as one does that an old transaction holds back. */
const giving = (...batches: readonly FeedBatch[]): EventStore => ({
  ...createInMemoryEventStore(),
  async *feed() {
    for (const batch of batches) yield ok(batch);
    await new Promise<never>(() => {});
  },
});

const pageOf = (eventStore: EventStore, limit = 10, log: SecurityLog = securityLog) =>
  readFeedPage({ eventStore, securityLog: log }, { after: null, limit, signal }, 'service:made-up');

describe('a page of the feed', () => {
  test('ends with null once everything was given', async () => {
    const eventStore = createInMemoryEventStore();
    (await eventStore.append(newStream(), emptyHead, several(3)))._unsafeUnwrap();
    const first = (await pageOf(eventStore, 2))._unsafeUnwrap();
    expect([first.data.length, first.next_after]).toEqual([2, first.data.at(-1)?.checkpoint]);
    expect((await pageOf(eventStore, 3))._unsafeUnwrap().data).toHaveLength(3);
  });

  test('goes on through stretches without events, and waits for nothing that is held back', async () => {
    const batch = (place: string, caughtUp: boolean): FeedBatch => ({ events: [], checkpoint: checkpoint(place), caughtUp });
    expect((await pageOf(giving(batch('1', false), batch('2', false), batch('2', false))))._unsafeUnwrap()).toEqual({ data: [], next_after: null });
    expect((await pageOf(giving(batch('1', true))))._unsafeUnwrap()).toEqual({ data: [], next_after: null });
  });

  test('is not answered when it cannot be logged', async () => {
    const eventStore = createInMemoryEventStore();
    const refused = await pageOf(eventStore, 1, { record: () => errAsync(unavailable('database', 'made up')) });
    expect(refused._unsafeUnwrapErr().kind).toBe('Unavailable');
  });
});
