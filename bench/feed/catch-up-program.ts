import { setImmediate as turn } from 'node:timers/promises';
import { z } from 'zod';
import { parseStoreAddress } from '../../src/adapters/event-store/eventstoredb/connection-string.ts';
import { createEventStoreDbEventStore } from '../../src/adapters/event-store/eventstoredb/eventstoredb-event-store.ts';
import { createPostgresEventStore } from '../../src/adapters/event-store/postgres/postgres-event-store.ts';
import { createPool } from '../../src/adapters/postgres/pool.ts';
import { connectionStreams } from '../../src/application/execution/streams.ts';
import type { EventStore } from '../../src/application/ports/event-store.ts';

// A process of its own that has everything to catch up with; it prints how much it held at most meanwhile.
const [url] = z.tuple([z.string()]).parse(process.argv.slice(2));

type Opened = Readonly<{ store: Pick<EventStore, 'feed'>; close: () => Promise<void> }>;

const open = (): Opened => {
  if (url.startsWith('esdb')) {
    const store = createEventStoreDbEventStore({ address: parseStoreAddress(url)._unsafeUnwrap() });
    return { store, close: () => store.close() };
  }
  const pool = createPool({ url });
  const store = createPostgresEventStore({ pool, url });
  return {
    store,
    close: async () => {
      await store.close();
      await pool.end();
    },
  };
};

const { store, close } = open();
let [events, mostInBatch, rss, heap] = [0, 0, 0, 0];
for await (const batch of store.feed({ after: null, streamPrefixes: [connectionStreams], batchSize: 500, live: false, signal: new AbortController().signal })) {
  if (batch.isErr()) throw new Error(`the feed ended: ${batch.error.kind}`);
  events += batch.value.events.length;
  mostInBatch = Math.max(mostInBatch, batch.value.events.length);
  const used = process.memoryUsage();
  rss = Math.max(rss, used.rss);
  heap = Math.max(heap, used.heapUsed);
  await turn();
}
console.log(JSON.stringify({ events, mostInBatch, rss, heap }));
await close();
