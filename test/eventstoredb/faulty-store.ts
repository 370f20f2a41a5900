import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { createEventStoreDbEventStore, type EventStoreDbEventStore } from '../../src/adapters/event-store/eventstoredb/eventstoredb-event-store.ts';
import type { Appended, EventStore, EventToAppend, FeedOptions, StoredEvent, StreamHead } from '../../src/application/ports/event-store.ts';
import { emptyHead } from '../../src/application/ports/event-store.ts';
import type { StreamName } from '../../src/application/ports/event-names.ts';
import { startStandIn, type StandIn } from '../support/eventstoredb-stand-in/start.ts';
import { feedOptions } from '../support/event-store/opened-store.ts';
import { several } from '../support/sample-events.ts';
import { addressOf } from './store-of-file.ts';

/** Short, so that what hangs is found hanging soon. */
const limits = { appendMillis: 1_000, readMillis: 2_000 };

export const storeAt = (url: string): EventStoreDbEventStore => createEventStoreDbEventStore({ address: addressOf(url), limits });

export type FaultyStore = Readonly<{ standIn: () => StandIn; store: () => EventStoreDbEventStore }>;

/** A stand-in for the whole file, at peace again before every test, and a store on it. */
export const faultyStoreOfFile = (): FaultyStore => {
  const { promise, resolve } = Promise.withResolvers<StandIn>();
  let standIn: StandIn | null = null;
  let store: EventStoreDbEventStore | null = null;
  beforeAll(async () => {
    standIn = await startStandIn();
    store = storeAt(standIn.url);
    resolve(standIn);
  });
  beforeEach(async () => {
    const running = await promise;
    running.freeze(false);
    await running.order({ kind: 'subscriptions', trouble: 'allow' });
    await running.order({ kind: 'limit', bytes: 1_048_576 });
  });
  afterAll(async () => {
    await store?.close();
    await standIn?.stop();
  });
  const present = <Value>(value: Value | null): Value => {
    if (value === null) throw new Error('there only while tests run');
    return value;
  };
  return { standIn: () => present(standIn), store: () => present(store) };
};

/** Repeats an append until the answer is definite, as every use case does. */
export const appendForCertain = async (
  store: EventStore,
  stream: StreamName,
  head: StreamHead,
  events: readonly EventToAppend[],
): Promise<Appended> => {
  const deadline = performance.now() + 20_000;
  for (;;) {
    const appended = await store.append(stream, head, events);
    if (appended.isOk()) return appended.value;
    if (appended.error.kind === 'Conflict' || performance.now() > deadline) throw new Error(JSON.stringify(appended.error));
    await pause(20);
  }
};

/** Appends one event after the other. */
export const appendOneByOne = async (store: EventStore, stream: StreamName, count: number, from: StreamHead = emptyHead): Promise<StreamHead> => {
  let head = from;
  for (let number = 0; number < count; number += 1) head = (await appendForCertain(store, stream, head, several(1))).head;
  return head;
};

export type Following = Readonly<{
  events: readonly StoredEvent[];
  /** How often the feed ended with a failure and was asked again behind its last checkpoint. */
  failures: () => number;
  stop: () => Promise<void>;
}>;

/** Reads live, as a projector does: after a failure it asks again from its last checkpoint. */
export const follow = (store: EventStore, options: Partial<FeedOptions> = {}): Following => {
  const ending = new AbortController();
  const events: StoredEvent[] = [];
  let failures = 0;
  const run = async (): Promise<void> => {
    let after = options.after ?? null;
    while (!ending.signal.aborted) {
      for await (const batch of store.feed(feedOptions({ live: true, ...options, after, signal: ending.signal }))) {
        if (batch.isErr()) {
          failures += 1;
          break;
        }
        events.push(...batch.value.events);
        after = batch.value.checkpoint;
      }
      await pause(20);
    }
  };
  const running = run();
  return {
    events,
    failures: () => failures,
    stop: async () => {
      ending.abort();
      await running;
    },
  };
};
