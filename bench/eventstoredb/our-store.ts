import { randomUUID } from 'node:crypto';
import type { StoreAddress } from '../../src/adapters/event-store/eventstoredb/connection-string.ts';
import { createEventStoreDbEventStore } from '../../src/adapters/event-store/eventstoredb/eventstoredb-event-store.ts';
import { connectionStream, connectionStreams } from '../../src/application/execution/streams.ts';
import { emptyHead } from '../../src/application/ports/event-store.ts';
import { connectionId } from '../../src/domain/values/ids.ts';
import type { Appender } from '../append/appender.ts';
import { sampleAppend, sampleEvent } from '../append/sample-event.ts';
import type { EventReader } from '../feed/plain-read.ts';

/** The event store as the service uses it: codec, hash chain, time limits. */
export const ourStoreAppender = (address: StoreAddress): Appender => {
  const store = createEventStoreDbEventStore({ address });
  const event = sampleEvent();
  return {
    name: 'ours',
    openStream: () => {
      const stream = connectionStream(connectionId(randomUUID()));
      let head = emptyHead;
      return async () => {
        const appended = await store.append(stream, head, [sampleAppend(event)]);
        if (appended.isErr()) throw new Error(`append refused: ${appended.error.kind}`);
        head = appended.value.head;
      };
    },
    [Symbol.asyncDispose]: () => store.close(),
  };
};

const eventsPerAppend = 100;

/** Writes so many events, each append as full as a stream is long. */
export const fillTogether = async (address: StoreAddress, events: number): Promise<void> => {
  const store = createEventStoreDbEventStore({ address });
  const event = sampleEvent();
  let left = events;
  const write = async (): Promise<void> => {
    while (left > 0) {
      const count = Math.min(eventsPerAppend, left);
      left -= count;
      const appended = await store.append(connectionStream(connectionId(randomUUID())), emptyHead, Array.from({ length: count }, () => sampleAppend(event)));
      if (appended.isErr()) throw new Error(`append refused: ${appended.error.kind}`);
    }
  };
  await Promise.all(Array.from({ length: 4 }, write));
  await store.close();
};

/** The feed as a projector that catches up asks for it: every event decoded and checked. */
export const ourStoreReader = (address: StoreAddress, batchSize: number): EventReader => {
  const store = createEventStoreDbEventStore({ address });
  return {
    name: 'feed',
    readAll: async () => {
      let count = 0;
      for await (const batch of store.feed({ after: null, streamPrefixes: [connectionStreams], batchSize, live: false, signal: new AbortController().signal })) {
        if (batch.isErr()) throw new Error(`the feed ended: ${batch.error.kind}`);
        if (batch.value.events.some((event) => !event.readable)) throw new Error('an event could not be read');
        count += batch.value.events.length;
      }
      return count;
    },
    [Symbol.asyncDispose]: () => store.close(),
  };
};
