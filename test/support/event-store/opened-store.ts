import { afterEach, beforeEach, expect } from 'vitest';
import { createEventCodec } from '../../../src/adapters/event-store/codec/event-codec.ts';
import type { EventLog } from '../../../src/adapters/event-store/event-log.ts';
import { eventStoreOver } from '../../../src/adapters/event-store/event-store-over-log.ts';
import type { Checkpoint, StreamName } from '../../../src/application/ports/event-names.ts';
import {
  emptyHead,
  type Appended,
  type EventStore,
  type EventToAppend,
  type FeedBatch,
  type FeedOptions,
  type StoredEvent,
  type StreamHead,
} from '../../../src/application/ports/event-store.ts';
import type { OpenedLog, OpenLog } from './open-log.ts';

export type StoreUnderTest = Readonly<{
  log: () => EventLog;
  store: () => EventStore;
  append: (stream: StreamName, head: StreamHead, events: readonly EventToAppend[]) => Promise<Appended>;
  /** Every event of the stream. */
  history: (stream: StreamName) => Promise<readonly StoredEvent[]>;
  /** What a feed gives that ends when it has caught up. */
  batches: (options?: Partial<FeedOptions>) => Promise<readonly FeedBatch[]>;
  fed: (options?: Partial<FeedOptions>) => Promise<readonly StoredEvent[]>;
}>;

export const feedOptions = (options: Partial<FeedOptions> = {}): FeedOptions => ({
  after: null,
  streamPrefixes: [],
  batchSize: 100,
  live: false,
  signal: new AbortController().signal,
  ...options,
});

export const collect = async (store: EventStore, options: Partial<FeedOptions> = {}): Promise<readonly FeedBatch[]> => {
  const batches: FeedBatch[] = [];
  for await (const batch of store.feed(feedOptions(options))) batches.push(batch._unsafeUnwrap());
  return batches;
};

/** A store of its own for every test of the file or block it is called in. */
export const storeForEachTest = (open: OpenLog): StoreUnderTest => {
  let opened: OpenedLog | undefined;
  let store: EventStore | undefined;
  beforeEach(async () => {
    opened = await open();
    store = eventStoreOver(opened.log, createEventCodec());
  });
  afterEach(() => opened?.close());

  const present = <Value>(value: Value | undefined): Value => {
    if (value === undefined) throw new Error('the store is open only while a test runs');
    return value;
  };
  const batches: StoreUnderTest['batches'] = (options) => collect(present(store), options);
  return {
    log: () => present(opened).log,
    store: () => present(store),
    append: async (stream, head, events) => (await present(store).append(stream, head, events))._unsafeUnwrap(),
    history: async (stream) => (await present(store).read(stream, 1, 10_000))._unsafeUnwrap(),
    batches,
    fed: async (options) => (await batches(options)).flatMap(({ events }) => events),
  };
};

/** Fills a stream from its beginning with appends of these sizes. */
export const fill = async (
  { append }: StoreUnderTest,
  stream: StreamName,
  appends: readonly (readonly EventToAppend[])[],
): Promise<Appended> => {
  let head = emptyHead;
  let last: Appended | undefined;
  for (const events of appends) {
    last = await append(stream, head, events);
    head = last.head;
  }
  if (last === undefined) throw new Error('nothing to fill the stream with');
  return last;
};

export const idsOf = (events: readonly { id: string }[]): readonly string[] => events.map(({ id }) => id);

/** Checkpoints must compare bytewise in feed order. */
export const expectRising = (checkpoints: readonly Checkpoint[]): void => {
  const sorted = [...checkpoints].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  expect(checkpoints).toEqual(sorted);
  expect(new Set(checkpoints).size).toBe(checkpoints.length);
};
