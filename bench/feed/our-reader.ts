import { createPostgresEventStore } from '../../src/adapters/event-store/postgres/postgres-event-store.ts';
import { createPool } from '../../src/adapters/postgres/pool.ts';
import { connectionStreams } from '../../src/application/execution/streams.ts';
import type { EventReader } from './plain-read.ts';

/** The feed as projectors ask for it: streams by prefix, every event decoded and checked. */
export const ourReader = (url: string, batchSize: number): EventReader => {
  const pool = createPool({ url });
  const store = createPostgresEventStore({ pool, url });
  const readAll = async (): Promise<number> => {
    let count = 0;
    const feed = store.feed({ after: null, streamPrefixes: [connectionStreams], batchSize, live: false, signal: new AbortController().signal });
    for await (const batch of feed) {
      if (batch.isErr()) throw new Error(`the feed ended: ${batch.error.kind}`);
      const unreadable = batch.value.events.find((event) => !event.readable);
      if (unreadable !== undefined) throw new Error('an event could not be read');
      count += batch.value.events.length;
    }
    return count;
  };
  return {
    name: 'feed',
    readAll,
    [Symbol.asyncDispose]: async () => {
      await store.close();
      await pool.end();
    },
  };
};
