import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { EventStoreDbEventStore } from '../../src/adapters/event-store/eventstoredb/eventstoredb-event-store.ts';
import type { StreamName } from '../../src/application/ports/event-names.ts';
import { emptyHead, type EventStore, type EventToAppend, type StreamHead } from '../../src/application/ports/event-store.ts';
import { collect, feedOptions, idsOf } from '../support/event-store/opened-store.ts';
import { newStream, several } from '../support/sample-events.ts';
import { appendForCertain, faultyStoreOfFile } from './faulty-store.ts';
import { loseEachCall } from './lose-each-call.ts';

const opened = faultyStoreOfFile();
const losses = ['connection', 'store'] as const;

test.each(losses)('an append whose %s is lost at any of its calls was written once or not at all, and its repeat makes sure that it was', { timeout: 240_000 }, async (loss) => {
  let stream = newStream();
  let head: StreamHead = emptyHead;
  let first: readonly string[] = [];
  let events: readonly EventToAppend[] = [];
  let acknowledged = false;
  const standing = async (): Promise<readonly string[]> => idsOf((await opened.store().read(stream, 1, 10))._unsafeUnwrap());
  await loseEachCall(opened.standIn(), loss, {
    prepare: async () => {
      stream = newStream();
      events = several(3);
      const begun = await appendForCertain(opened.store(), stream, emptyHead, several(1));
      first = idsOf(begun.events);
      head = begun.head;
    },
    run: async (store) => {
      acknowledged = (await store.append(stream, head, events)).isOk();
    },
    afterwards: async () => {
      await expect.poll(async () => (await opened.store().check()).isOk(), { timeout: 10_000 }).toBe(true);
      const all = [...first, ...idsOf(events)];
      const now = await standing();
      expect([all, acknowledged ? all : first]).toContainEqual(now);
      await appendForCertain(opened.store(), stream, head, events);
      expect(await standing()).toEqual(all);
      const fed = (await collect(opened.store(), { streamPrefixes: [stream] })).flatMap((batch) => batch.events);
      expect(idsOf(fed)).toEqual(all);
    },
  });
});

/** As a projector reads: behind a failure it asks again from its last checkpoint. */
const readToEnd = async (store: EventStoreDbEventStore, stream: StreamName): Promise<readonly number[]> => {
  const revisions: number[] = [];
  let after: Parameters<EventStore['feed']>[0]['after'] = null;
  for (;;) {
    for await (const batch of store.feed(feedOptions({ after, streamPrefixes: [stream], batchSize: 2 }))) {
      if (batch.isErr()) break;
      revisions.push(...batch.value.events.map(({ revision }) => revision));
      after = batch.value.checkpoint;
      if (batch.value.caughtUp) return revisions;
    }
    await pause(20);
  }
};

test.each(losses)('a feed whose %s is lost at any of its calls gives each event once and in order', { timeout: 240_000 }, async (loss) => {
  const stream = newStream();
  let seen: readonly number[] = [];
  await appendForCertain(opened.store(), stream, emptyHead, several(7));
  await loseEachCall(opened.standIn(), loss, {
    prepare: () => Promise.resolve(),
    run: async (store) => {
      seen = await readToEnd(store, stream);
    },
    afterwards: () => {
      expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7]);
      return Promise.resolve();
    },
  });
});
