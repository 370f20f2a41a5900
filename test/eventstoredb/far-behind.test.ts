import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { readSubscription } from '../../src/adapters/event-store/eventstoredb/subscription.ts';
import { sentEventAt } from '../support/sent-events.ts';

const [all, limit, highWaterMark] = [5_000, 50, 64];

/** A log that never runs dry: it gives an event whenever it is asked for one, and counts them. */
const openLog = () => {
  let given = 0;
  const stream = new Readable({
    objectMode: true,
    highWaterMark,
    read: () => {
      given += 1;
      stream.push(given > all ? null : sentEventAt(given));
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
