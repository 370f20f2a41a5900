import { expect, test } from 'vitest';
import { streamName, type Checkpoint } from '../../../src/application/ports/event-names.ts';
import { emptyHead, type FeedBatch, type FeedOptions, type StoredEvent } from '../../../src/application/ports/event-store.ts';
import type { OpenLog } from './open-log.ts';
import { newStream, several } from '../sample-events.ts';
import { expectRising, feedOptions, fill, idsOf, storeForEachTest } from './opened-store.ts';

export const liveFeedContract = (open: OpenLog): void => {
  const opened = storeForEachTest(open);
  const { append } = opened;

  /** Reads until `count` events have come. */
  const take = async (count: number, options: Partial<FeedOptions> = {}): Promise<readonly StoredEvent[]> => {
    const events: StoredEvent[] = [];
    for await (const batch of opened.store().feed(feedOptions({ live: true, ...options }))) {
      events.push(...batch._unsafeUnwrap().events);
      if (events.length >= count) break;
    }
    return events;
  };

  test('says at once that it has caught up, then gives what is appended later', async () => {
    const stop = new AbortController();
    const feed = opened.store().feed(feedOptions({ live: true, signal: stop.signal }))[Symbol.asyncIterator]();
    const next = async (): Promise<FeedBatch> => {
      const given = await feed.next();
      if (given.done === true) throw new Error('the feed has ended');
      return given.value._unsafeUnwrap();
    };
    expect(await next()).toMatchObject({ events: [], caughtUp: true });
    const stream = newStream();
    let head = emptyHead;
    for (let round = 0; round < 5; round += 1) {
      const waiting = next();
      const appended = await append(stream, head, several(2));
      head = appended.head;
      expect((await waiting).events).toMatchObject(appended.events);
    }
    stop.abort();
    expect((await feed.next()).done).toBe(true);
  });

  test('gives the past first, then the present, without a gap', async () => {
    const stream = newStream();
    const past = await fill(opened, stream, [several(3), several(3)]);
    const taking = take(12, { batchSize: 2 });
    const present = await append(stream, past.head, several(3));
    await append(stream, present.head, several(3));
    expect((await taking).map(({ revision }) => revision)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  test('that wants some streams moves past what is appended to others', async () => {
    const stop = new AbortController();
    const passed: Checkpoint[] = [];
    const reading = (async () => {
      for await (const batch of opened.store().feed(feedOptions({ live: true, streamPrefixes: ['apple-'], signal: stop.signal }))) {
        const { events, checkpoint } = batch._unsafeUnwrap();
        expect(events).toEqual([]);
        passed.push(checkpoint);
      }
    })();
    await expect.poll(() => passed.length).toBe(1);
    const appended = await append(streamName('banana-1'), emptyHead, several(3));
    await expect.poll(() => passed.at(-1)).toBe(appended.checkpoint);
    stop.abort();
    await reading;
  });

  test('gives every reader every event once while many streams are written', async () => {
    const readers = [take(100), take(100, { batchSize: 7 }), take(100)];
    const streams = Array.from({ length: 10 }, newStream);
    await Promise.all(streams.map((stream) => fill(opened, stream, Array.from({ length: 10 }, () => several(1)))));
    const [first, ...others] = await Promise.all(readers);
    expect(new Set(idsOf(first ?? [])).size).toBe(100);
    expectRising((first ?? []).map((event) => event.checkpoint));
    for (const other of others) expect(other).toEqual(first);
    for (const stream of streams) {
      expect(first?.filter((event) => event.stream === stream).map(({ revision }) => revision)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    }
  });

  test('ends when it is told to while it waits, and gives nothing when told before', async () => {
    const stop = new AbortController();
    const given: FeedBatch[] = [];
    for await (const batch of opened.store().feed(feedOptions({ live: true, signal: stop.signal }))) {
      given.push(batch._unsafeUnwrap());
      setTimeout(() => stop.abort(), 1);
    }
    expect(given).toHaveLength(1);
    for await (const batch of opened.store().feed(feedOptions({ live: true, signal: stop.signal }))) given.push(batch._unsafeUnwrap());
    expect(given).toHaveLength(1);
  });

  test('may be left at any batch and taken up again at its checkpoint', async () => {
    const stream = newStream();
    await fill(opened, stream, [several(5), several(5)]);
    const first = await take(3, { batchSize: 3 });
    expect(idsOf(first)).toHaveLength(3);
    const rest = await take(7, { after: first.at(-1)?.checkpoint ?? null });
    expect([...first, ...rest].map(({ revision }) => revision)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });
};
