import { z } from 'zod';
import { createPostgresEventStore } from '../../src/adapters/event-store/postgres/postgres-event-store.ts';
import { createPool } from '../../src/adapters/postgres/pool.ts';
import { dropCutLine, keep, readKept } from './kept-feed.ts';

// A process that keeps what its feed gives, begins where it ended the last time, and runs until it is killed.
const [url, file, batchSize, prefixes] = z
  .tuple([z.string(), z.string(), z.coerce.number(), z.string().transform((list) => list.split(',').filter((prefix) => prefix !== ''))])
  .parse(process.argv.slice(2));

const pool = createPool({ url, max: 2 });
const store = createPostgresEventStore({ pool, url });
dropCutLine(file);
const { checkpoint: after } = readKept(file);
const { signal } = new AbortController();
for await (const batch of store.feed({ after, streamPrefixes: prefixes, batchSize, live: true, signal })) {
  keep(file, batch._unsafeUnwrap());
}
