import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { SentEvent } from '../../src/adapters/event-store/eventstoredb/sent-event.ts';
import { readSubscription } from '../../src/adapters/event-store/eventstoredb/subscription.ts';

const [all, limit, highWaterMark] = [5_000, 50, 64];

const sentAt = (place: number): SentEvent => ({
  storeId: randomUUID(),
  streamId: 'tiktok_connection-x',
  revision: 0,
  prepare: BigInt(place),
  commit: BigInt(place),
  type: 'Connected',
  contentType: 'application/json',
  created: '17000000000000000',
  metadata: Buffer.alloc(0),
  data: Buffer.alloc(0),
});

/** A log that never runs dry: it gives an event whenever it is asked for one, and counts them. */
const openLog = () => {
  let given = 0;
  const stream = new Readable({
    objectMode: true,
    highWaterMark,
    read: () => {
      given += 1;
      stream.push(given > all ? null : sentAt(given));
    },
  });
  return { followed: { stream: Object.assign(stream, { cancel: () => undefined }), errorOf: (error: Error) => error }, given: () => Math.min(given, all) };
};

test('a subscription that is far behind holds no more than it asked for, however long its reader takes', async () => {
  const log = openLog();
  const reader = readSubscription(Promise.resolve(log.followed), ({ storeId }) => storeId, 60_000, new AbortController().signal);
  let taken = 0;
  while (taken < all) {
    const batch = await reader.take(limit);
    if (batch.kind !== 'events') throw new Error(batch.kind);
    expect(batch.entries.length).toBeLessThanOrEqual(limit);
    taken += batch.entries.length;
    for (let turns = 0; turns < 20; turns += 1) await turn();
    expect(log.given() - taken).toBeLessThanOrEqual(highWaterMark);
  }
  expect([taken, log.given()]).toEqual([all, all]);
  reader.close();
});
