import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import type { AllStreamSubscription } from '@eventstore/db-client';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { readSubscription } from '../../src/adapters/event-store/eventstoredb/subscription.ts';

const [all, limit, highWaterMark] = [5_000, 50, 64];
const subscriptionOf = z.custom<AllStreamSubscription>((stream) => stream instanceof Readable);

/** A log that never runs dry: it gives an event whenever it is asked for one, and counts them. */
const openLog = () => {
  let given = 0;
  const subscription = new Readable({
    objectMode: true,
    highWaterMark,
    read: () => {
      given += 1;
      const position = { commit: BigInt(given), prepare: BigInt(given) };
      subscription.push(given > all ? null : { event: { streamId: 'tiktok_connection-x', id: randomUUID(), position } });
    },
  });
  Object.assign(subscription, { unsubscribe: () => Promise.resolve() });
  return { subscription: subscriptionOf.parse(subscription), given: () => Math.min(given, all) };
};

test('a subscription that is far behind holds no more than it asked for, however long its reader takes', async () => {
  const log = openLog();
  const reader = readSubscription(log.subscription, (event) => event.id, 60_000, new AbortController().signal);
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
