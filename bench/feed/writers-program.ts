import { setTimeout as pauseFor } from 'node:timers/promises';
import { z } from 'zod';
import { createPostgresEventStore } from '../../src/adapters/event-store/postgres/postgres-event-store.ts';
import { createPool } from '../../src/adapters/postgres/pool.ts';
import { connectionStream } from '../../src/application/execution/streams.ts';
import { emptyHead } from '../../src/application/ports/event-store.ts';
import { sampleAppend, sampleEvent } from '../append/sample-event.ts';
import { eventsPerStream } from '../append/appender.ts';
import { madeUpConnection } from '../histories/connection-history.ts';

// A process of its own, told by arguments what to write; it prints how many appends succeeded.
const [url, writers, millis, pauseMillis] = z
  .tuple([z.string(), z.coerce.number().int().positive(), z.coerce.number().positive(), z.coerce.number().nonnegative()])
  .parse(process.argv.slice(2));

const pool = createPool({ url, max: writers });
const store = createPostgresEventStore({ pool, url });
const event = sampleEvent();
const deadline = performance.now() + millis;

const write = async (writer: number): Promise<number> => {
  let count = 0;
  let stream = connectionStream(madeUpConnection(writer).id);
  let head = emptyHead;
  while (performance.now() < deadline) {
    if (head.revision === eventsPerStream) {
      stream = connectionStream(madeUpConnection(writer).id);
      head = emptyHead;
    }
    const appended = await store.append(stream, head, [sampleAppend(event)]);
    if (appended.isErr()) throw new Error(`append refused: ${appended.error.kind}`);
    head = appended.value.head;
    count += 1;
    if (pauseMillis > 0) await pauseFor(pauseMillis);
  }
  return count;
};

const counts = await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
console.log(counts.reduce((sum, count) => sum + count, 0));
await store.close();
await pool.end();
