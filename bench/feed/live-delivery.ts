import { join } from 'node:path';
import { setTimeout as pauseFor } from 'node:timers/promises';
import type pg from 'pg';
import { z } from 'zod';
import { createPostgresEventStore } from '../../src/adapters/event-store/postgres/postgres-event-store.ts';
import { createPool } from '../../src/adapters/postgres/pool.ts';
import { connectionStreams } from '../../src/application/execution/streams.ts';
import type { StoredEvent } from '../../src/application/ports/event-store.ts';
import { millisOf } from '../../src/domain/values/instant.ts';
import { createBenchDatabase } from '../harness/bench-database.ts';
import { runProgram } from '../harness/own-process.ts';

const writersProgram = join(import.meta.dirname, 'writers-program.ts');

export type Delivery = Readonly<{
  written: number;
  delivered: number;
  lost: number;
  repeated: number;
  /** Events that came before an earlier one of their own stream. */
  outOfOrder: number;
  /**
   * Milliseconds from the insert, by the server's clock, to the handler, by ours: an upper bound of commit to handler,
   * for the commit comes after the insert. Good to a millisecond when both clocks are one machine's.
   */
  delays: readonly number[];
}>;

const rows = z.array(z.object({ id: z.string() }));

const committedIds = async (pool: pg.Pool): Promise<ReadonlySet<string>> =>
  new Set(rows.parse((await pool.query('select id from tiktok_connections.events')).rows).map(({ id }) => id));

const receiver = () => {
  const seen = new Set<string>();
  const revisions = new Map<string, number>();
  const delays: number[] = [];
  let repeated = 0;
  let outOfOrder = 0;
  return {
    seen,
    handle: (events: readonly StoredEvent[]): void => {
      const now = performance.timeOrigin + performance.now();
      for (const { id, stream, revision, recordedAt } of events) {
        if (seen.has(id)) repeated += 1;
        seen.add(id);
        if (revision !== (revisions.get(stream) ?? 0) + 1) outOfOrder += 1;
        revisions.set(stream, revision);
        delays.push(now - millisOf(recordedAt));
      }
    },
    counts: () => ({ repeated, outOfOrder, delays }),
  };
};

const patienceMillis = 5_000;

/** A live feed here while another process writes through an event store of its own. */
export const deliverLive = async (
  serverUrl: string,
  { writers, millis, pauseMillis }: Readonly<{ writers: number; millis: number; pauseMillis: number }>,
): Promise<Delivery> => {
  await using database = await createBenchDatabase(serverUrl);
  const pool = createPool({ url: database.url });
  const store = createPostgresEventStore({ pool, url: database.url });
  const stop = new AbortController();
  const received = receiver();
  const follow = async (): Promise<void> => {
    const feed = store.feed({ after: null, streamPrefixes: [connectionStreams], batchSize: 500, live: true, signal: stop.signal });
    for await (const batch of feed) {
      if (batch.isErr()) throw new Error(`the feed ended: ${batch.error.kind}`);
      received.handle(batch.value.events);
    }
  };
  const following = follow();
  try {
    const printed = await runProgram(writersProgram, [database.url, writers, millis, pauseMillis].map(String));
    const committed = await committedIds(pool);
    const deadline = performance.now() + patienceMillis;
    while (received.seen.size < committed.size && performance.now() < deadline) await pauseFor(20);
    return {
      written: Number(printed),
      delivered: received.seen.size,
      lost: [...committed].filter((id) => !received.seen.has(id)).length,
      ...received.counts(),
    };
  } finally {
    stop.abort();
    await following;
    await store.close();
    await pool.end();
  }
};
