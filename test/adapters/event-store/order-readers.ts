import type pg from 'pg';
import { expect } from 'vitest';
import { z } from 'zod';
import { beginning, type Place } from '../../../src/adapters/event-store/postgres/checkpoints.ts';
import { readFeedPage } from '../../../src/adapters/event-store/postgres/feed-page.ts';

const fedRows = z.array(z.object({ xid: z.string(), position: z.string(), event: z.string() }));

/** A reader that keeps a checkpoint of its own making between polls. */
export type Reader = Readonly<{ poll: () => Promise<readonly string[]>; seen: () => readonly string[] }>;

type Naive = Readonly<{ readable: string; order: string; checkpointOf: (row: { xid: string; position: string }) => unknown[]; first: unknown[] }>;

const naiveReader = (pool: pg.Pool, { readable, order, checkpointOf, first }: Naive): Reader => {
  const seen: string[] = [];
  let after = first;
  return {
    seen: () => seen,
    poll: async () => {
      const text = `select xid, position, stream || '/' || revision as event from tiktok_connections.events where ${readable} order by ${order}`;
      const rows = fedRows.parse((await pool.query(text, after)).rows);
      const last = rows.at(-1);
      if (last !== undefined) after = checkpointOf(last);
      seen.push(...rows.map(({ event }) => event));
      return rows.map(({ event }) => event);
    },
  };
};

/** Takes the order of a sequence for the order of commits. */
export const readerByPosition = (pool: pg.Pool): Reader =>
  naiveReader(pool, { readable: 'position > $1', order: 'position', checkpointOf: ({ position }) => [position], first: ['0'] });

/** Sorts as it should, and waits for older transactions, but remembers only half of where it was. */
export const readerByXidWithPositionAlone = (pool: pg.Pool): Reader =>
  naiveReader(pool, {
    readable: 'position > $1 and xid < pg_snapshot_xmin(pg_current_snapshot())',
    order: 'xid, position',
    checkpointOf: ({ position }) => [position],
    first: ['0'],
  });

/** The adapter's own page, polled like the naive ones. */
export const ourReader = (pool: pg.Pool, limit = 100, prefixes: readonly string[] = []): Reader => {
  const seen: string[] = [];
  let after: Place = beginning;
  return {
    seen: () => seen,
    poll: async () => {
      const page = (await readFeedPage(pool, 'pg:1', { after, limit, prefixes, window: limit }))._unsafeUnwrap();
      after = page.next;
      const events = page.entries.map(({ stream, revision }) => `${stream}/${revision}`);
      seen.push(...events);
      return events;
    },
  };
};

/** Other databases of the cluster, where other tests write, hold the feed back for moments, too. */
export const patience = { timeout: 10_000, interval: 5 };

/** Polls until the reader has seen all of this. */
export const expectSeen = (reader: Reader, events: readonly string[]): Promise<void> =>
  expect
    .poll(async () => {
      await reader.poll();
      return reader.seen();
    }, patience)
    .toEqual(events);
