import { randomUUID } from 'node:crypto';
import { createPostgresEventStore } from '../../src/adapters/event-store/postgres/postgres-event-store.ts';
import { createPool } from '../../src/adapters/postgres/pool.ts';
import { connectionStream } from '../../src/application/execution/streams.ts';
import { emptyHead } from '../../src/application/ports/event-store.ts';
import { connectionId } from '../../src/domain/values/ids.ts';
import type { Appender } from './appender.ts';
import { sampleAppend, sampleEvent } from './sample-event.ts';

/** The event store as the service uses it: codec, hash chain, one statement, wake-up of feeds. */
export const ourAppender = (url: string, listenUrl = url): Appender => {
  const pool = createPool({ url });
  const store = createPostgresEventStore({ pool, url: listenUrl });
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
    [Symbol.asyncDispose]: async () => {
      await store.close();
      await pool.end();
    },
  };
};
